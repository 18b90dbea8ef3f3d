import { useElementSize } from '@mantine/hooks';
import { type PointerEvent, useMemo, useState } from 'react';
import classes from './chart.module.css';
import { type Mark, type Scene, TEXT_SIZE } from './scene.ts';

const NARROWEST = 240;

/**
 * A chart as wide as its place, and what it says where the pointer stands. It is for the eyes: the same numbers stand in a table
 * beside it.
 */
export function SceneView({ draw }: { readonly draw: (width: number) => Scene }) {
  const { ref, width } = useElementSize<HTMLDivElement>();
  const scene = useMemo(() => (width > 0 ? draw(Math.max(NARROWEST, Math.floor(width))) : null), [draw, width]);
  const [at, setAt] = useState<number | null>(null);
  const slot = scene && at !== null ? scene.slots[at] : undefined;
  const point = ({ clientX, currentTarget }: PointerEvent): void => {
    const x = clientX - currentTarget.getBoundingClientRect().left;
    const found = scene?.slots.findIndex((each) => x >= each.x && x < each.x + each.width) ?? -1;
    setAt(found < 0 ? null : found);
  };
  const middle = slot ? slot.x + slot.width / 2 : 0;
  return (
    <div
      ref={ref}
      className={classes.chart}
      aria-hidden="true"
      onPointerMove={point}
      onPointerLeave={() => setAt(null)}
    >
      {scene ? (
        <svg
          className={classes.scene}
          viewBox={`0 0 ${scene.width} ${scene.height}`}
          width={scene.width}
          height={scene.height}
          aria-hidden="true"
          focusable="false"
        >
          {slot ? (
            <rect className={classes.pointed} x={slot.x} y={0} width={slot.width} height={scene.height - 22} />
          ) : null}
          {scene.marks.map((mark, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: marks have no state, and no identity but their place.
            <MarkView key={index} mark={mark} />
          ))}
        </svg>
      ) : null}
      {scene && slot ? (
        <div
          className={classes.reading}
          style={middle > scene.width / 2 ? { right: scene.width - middle + 14 } : { left: middle + 14 }}
        >
          <strong>{slot.title}</strong>
          {slot.lines.map((text) => (
            <span key={text}>{text}</span>
          ))}
        </div>
      ) : null}
    </div>
  );
}

function MarkView({ mark }: { readonly mark: Mark }) {
  switch (mark.kind) {
    case 'rect': {
      const { x, y, width, height, radius = 0, fill, stroke } = mark;
      return <rect x={x} y={y} width={width} height={height} rx={radius} data-fill={fill} data-stroke={stroke} />;
    }
    case 'path': {
      const { d, fill, stroke, width = 1, dash } = mark;
      return (
        <path
          d={d}
          data-fill={fill}
          data-stroke={stroke}
          strokeWidth={width}
          strokeDasharray={dash}
          strokeLinejoin="round"
        />
      );
    }
    case 'text': {
      const { x, y, text, fill, size = TEXT_SIZE, weight = 400, anchor = 'start' } = mark;
      return (
        <text x={x} y={y} fontSize={size} fontWeight={weight} textAnchor={anchor} data-fill={fill}>
          {text}
        </text>
      );
    }
    default:
      return mark satisfies never;
  }
}
