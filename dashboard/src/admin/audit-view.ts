/** Which entries of the trail are shown; all of it stands in the address. */
export interface AuditView {
  readonly actor: string | null;
  readonly action: string | null;
  readonly subject: string | null;
  /** Days of the viewer's zone, "YYYY-MM-DD"; both are shown. */
  readonly from: string | null;
  readonly to: string | null;
}

const DATE = /^(\d{4})-(\d\d)-(\d\d)$/;

/** The view of an address; what it does not understand it leaves out. */
export function auditView(params: URLSearchParams): AuditView {
  const text = (name: string): string | null => params.get(name)?.trim() || null;
  const date = (name: string): string | null => (DATE.test(text(name) ?? '') ? text(name) : null);
  return { actor: text('actor'), action: text('action'), subject: text('subject'), from: date('from'), to: date('to') };
}

/** What the API is asked for a view: days become instants of the viewer's zone. */
export function auditVariables({ actor, action, subject, from, to }: AuditView) {
  return {
    actorId: actor,
    action,
    subjectId: subject,
    from: from && midnight(from, 0),
    to: to && midnight(to, 1),
  };
}

/** The midnight that begins a day here, or a later one, as an instant. */
function midnight(date: string, daysLater: number): string | null {
  const [, year, month, day] = DATE.exec(date) ?? [];
  const at = new Date(Number(year), Number(month) - 1, Number(day) + daysLater);
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
}

export interface FieldChange {
  readonly field: string;
  /** null: it was not there, or is not told. */
  readonly before: string | null;
  readonly after: string | null;
}

/** The JSON texts of an entry as one list of fields, in the order of what became of them; what is no JSON is left out. */
export function fieldsOf(before: string | null, after: string | null): FieldChange[] {
  const [was, is] = [parsed(before), parsed(after)];
  return [...new Set([...Object.keys(is), ...Object.keys(was)])].map((field) => ({
    field,
    before: textOf(was, field),
    after: textOf(is, field),
  }));
}

/** The code that a refused act was answered with. */
export function refusalCode(after: string | null): string | null {
  return textOf(parsed(after), 'errorCode');
}

const NAMING = ['name', 'title', 'email', 'filename', 'tier'];

/** What an entry itself tells of its subject's name. */
export function subjectName(before: string | null, after: string | null): string | null {
  const [was, is] = [parsed(before), parsed(after)];
  for (const field of NAMING) {
    const found = textOf(is, field) ?? textOf(was, field);
    if (found) return found;
  }
  return null;
}

function parsed(text: string | null): Record<string, unknown> {
  if (text === null) return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function textOf(from: Record<string, unknown>, field: string): string | null {
  const value = from[field];
  if (value === undefined || value === null) return null;
  return typeof value === 'object' ? JSON.stringify(value, null, 1) : String(value);
}
