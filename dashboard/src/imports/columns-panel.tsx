import { Button, NativeSelect } from '@mantine/core';
import { Icon } from '../shared/icons.tsx';
import {
  type Choice,
  FIELDS,
  type Field,
  mappingOf,
  namingHeaders,
  problemsOf,
  REQUIRED,
  shownColumns,
} from './columns.ts';
import { type ImportWhole, isOpen } from './import-model.ts';
import classes from './import-page.module.css';
import { Staging } from './staging.tsx';
import { importTexts } from './texts.ts';
import { useUploads } from './use-uploads.ts';

const { columns: texts, fields: names } = importTexts;

const MOST_SHOWN = 100;
const MOST_LISTED = 12;
const NONE: Choice = { header: '', field: null };

interface Props {
  readonly shown: ImportWhole;
  readonly choices: readonly Choice[];
  readonly isChanged: boolean;
  /** null: as they were taken. */
  readonly onChange: (choices: readonly Choice[] | null) => void;
  readonly onBegun: (keys: readonly number[]) => void;
}

/** What each column of the file was taken for, and a way to say it better. */
export function ColumnsPanel({ shown, choices, isChanged, onChange, onBegun }: Props) {
  const used = choices.filter(({ field }) => field !== null).length;
  const ignored = choices.flatMap(({ header, field }) => (field === null && header.trim() !== '' ? [header] : []));
  const places = shownColumns(choices, choices.length, MOST_SHOWN);
  const naming = namingHeaders(choices);
  const isFixed = isOpen(shown.status);
  const choose = (index: number, field: Field | null): void =>
    onChange(choices.map((choice, at) => (at === index ? { ...choice, field } : choice)));
  return (
    <details className={classes.panel} open={shown.status === 'FAILED' ? true : undefined}>
      <summary className={classes.summary}>
        <h2 className={classes.heading}>{texts.title}</h2>
        <span className={classes.soft}>{texts.summary(used, choices.length)}</span>
      </summary>
      {ignored.length > 0 ? <p className={classes.soft}>{texts.ignored(listedSome(ignored))}</p> : null}
      {isFixed ? null : <p className={classes.soft}>{texts.words}</p>}
      <table className={classes.columns}>
        <thead>
          <tr>
            <th scope="col">{texts.header}</th>
            <th scope="col">{texts.field}</th>
          </tr>
        </thead>
        <tbody>
          {places.map((index) => {
            const { header, field } = choices[index] ?? NONE;
            return (
              <tr key={index}>
                <th scope="row">
                  {header.trim() === '' ? <span className={classes.soft}>{texts.blank}</span> : header}
                </th>
                <td>
                  {isFixed || header.trim() === '' ? (
                    <span>{field === null ? texts.leave : names[field]}</span>
                  ) : naming.has(header.trim()) ? (
                    <NativeSelect
                      size="xs"
                      aria-label={texts.choose(header)}
                      value={field ?? ''}
                      data-changed={field !== (shown.columns[index]?.field ?? null)}
                      onChange={({ currentTarget }) =>
                        choose(index, FIELDS.find((each) => each === currentTarget.value) ?? null)
                      }
                      data={[
                        { value: '', label: texts.leave },
                        ...FIELDS.map((each) => ({
                          value: each,
                          label: texts.option(names[each], each, REQUIRED.includes(each)),
                        })),
                      ]}
                    />
                  ) : (
                    <span className={classes.soft}>{texts.unnamable}</span>
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {places.length < choices.length ? (
        <p className={classes.soft}>{texts.more(choices.length - places.length)}</p>
      ) : null}
      {isChanged && !isFixed ? (
        <Again shown={shown} choices={choices} onBegun={onBegun} onReset={() => onChange(null)} />
      ) : null}
    </details>
  );
}

function listedSome(headers: readonly string[]): string {
  const some = headers.slice(0, MOST_LISTED).join(', ');
  return headers.length > MOST_LISTED ? texts.andMore(some, headers.length - MOST_LISTED) : some;
}

interface AgainProps extends Pick<Props, 'shown' | 'choices' | 'onBegun'> {
  readonly onReset: () => void;
}

/** Brings the file in once more, with these columns; where the page no longer has it, there is a place to drop it. */
function Again({ shown, choices, onBegun, onReset }: AgainProps) {
  const { uploads } = useUploads();
  const { missing, doubled } = problemsOf(choices);
  const mapping = mappingOf(choices);
  const file = uploads.fileOf(shown.id);
  const listed = (fields: readonly Field[]): string => fields.map((field) => names[field]).join(', ');
  const problems = [
    missing.length > 0 ? texts.missing(listed(missing)) : null,
    doubled.length > 0 ? texts.doubled(listed(doubled)) : null,
  ].filter((problem) => problem !== null);
  const begin = (dryRun: boolean): void => {
    if (file) onBegun(uploads.add([file], { dryRun, mapping }));
  };
  return (
    <div className={classes.again}>
      <p className={classes.problems} role="status">
        {problems.length > 0 ? <Icon name="warning" size={16} /> : null}
        {problems.join(' ')}
      </p>
      {file ? (
        <>
          <Button disabled={problems.length > 0} onClick={() => begin(false)}>
            {texts.start}
          </Button>
          <Button variant="default" disabled={problems.length > 0} onClick={() => begin(true)}>
            {texts.check}
          </Button>
        </>
      ) : null}
      <Button variant="subtle" onClick={onReset}>
        {texts.reset}
      </Button>
      {file || problems.length > 0 ? null : (
        <div className={classes.wide}>
          <Staging isSmall title={texts.needsFile} mapping={mapping} onBegun={onBegun} />
        </div>
      )}
    </div>
  );
}
