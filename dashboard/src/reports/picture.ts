import { type Mark, type Paint, type Scene, TEXT_SIZE } from './scene.ts';

/** The colours of paper: those of the light scheme in reports-page.module.css. */
const PAPER: Readonly<Record<Paint, string>> = {
  ink: '#1b2430',
  soft: '#55606e',
  grid: '#dfe3e8',
  surface: '#ffffff',
  first: '#0f5f75',
  second: '#4d9bb3',
  band: '#cfe4eb',
  kept: '#17803f',
  problem: '#a3140e',
  area: '#eceff3',
};
const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif";
const MARGIN = 28;
const HEAD = 58;
/** Sharp on a screen of any kind, and in print. */
const SCALE = 2;

/** A chart with its heading as an SVG file that needs nothing else: no styles, no fonts, no addresses. */
export function svgOf(scene: Scene, title: string, caption: string): string {
  const width = Math.ceil(scene.width + 2 * MARGIN);
  const height = Math.ceil(scene.height + HEAD + 2 * MARGIN);
  const heading: Mark[] = [
    { kind: 'text', x: 0, y: 14, text: title, fill: 'ink', size: 18, weight: 650 },
    { kind: 'text', x: 0, y: 36, text: caption, fill: 'soft' },
  ];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<rect width="${width}" height="${height}" fill="${PAPER.surface}"/>`,
    `<g font-family="${FONT}" transform="translate(${MARGIN} ${MARGIN})">`,
    ...heading.map(markup),
    `<g transform="translate(0 ${HEAD})">`,
    ...scene.marks.map(markup),
    '</g></g></svg>',
  ].join('');
}

function markup(mark: Mark): string {
  switch (mark.kind) {
    case 'rect': {
      const { x, y, width, height, radius = 0, fill, stroke } = mark;
      return `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="${radius}" ${colours(fill, stroke)}/>`;
    }
    case 'path': {
      const { d, fill, stroke, width = 1, dash } = mark;
      const dashes = dash ? ` stroke-dasharray="${dash}"` : '';
      return `<path d="${d}" ${colours(fill, stroke)} stroke-width="${width}" stroke-linejoin="round"${dashes}/>`;
    }
    case 'text': {
      const { x, y, text, fill, size = TEXT_SIZE, weight = 400, anchor = 'start' } = mark;
      const type = `font-size="${size}" font-weight="${weight}" text-anchor="${anchor}"`;
      return `<text x="${x}" y="${y}" ${type} ${colours(fill)}>${escaped(text)}</text>`;
    }
    default:
      return mark satisfies never;
  }
}

const colours = (fill?: Paint, stroke?: Paint): string =>
  `fill="${fill ? PAPER[fill] : 'none'}"${stroke ? ` stroke="${PAPER[stroke]}"` : ''}`;

/** As XML has it; what XML cannot hold at all is left out. */
function escaped(text: string): string {
  return [...text]
    .filter((each) => each >= ' ' && !/[\ud800-\udfff\ufffe\uffff]/u.test(each))
    .join('')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;');
}

/** The SVG drawn as a PNG. Rejects when the browser cannot draw it. */
export async function pngOf(svg: string): Promise<Blob> {
  const url = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = image.naturalWidth * SCALE;
    canvas.height = image.naturalHeight * SCALE;
    const context = canvas.getContext('2d');
    if (!context) throw new Error('This browser draws no pictures.');
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) => {
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('The picture is too large.'))), 'image/png');
    });
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** Hands a file to the browser, which saves it under `name`. */
export function download(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // Once the browser has taken it, which it does while it handles the click.
  setTimeout(() => URL.revokeObjectURL(url), 0);
}
