/** Whether a number format shows dates or times, found by walking over it as Excel's grammar reads it. */
export function isDateCode(code: string): boolean {
  let section = '';
  let isConditional = false;
  for (let at = 0; at <= code.length; at += 1) {
    const character = code[at] ?? ';';
    if (character === '"') {
      const close = code.indexOf('"', at + 1);
      at = close === -1 ? code.length : close;
    } else if ('\\_*'.includes(character)) {
      at += 1;
    } else if (character === '[') {
      const close = code.indexOf(']', at);
      const inner = code.slice(at + 1, close === -1 ? undefined : close).toLowerCase();
      if (/^[<>=]/.test(inner)) isConditional = true;
      if (/^(h+|m+|s+)$/.test(inner)) section += inner;
      at = close === -1 ? code.length : close;
    } else if (character === ';') {
      if (hasDateLetter(section)) return true;
      // Without a condition the first section is the one for positive numbers.
      if (!isConditional) return false;
      section = '';
      isConditional = false;
    } else {
      section += character;
    }
  }
  return false;
}

function hasDateLetter(section: string): boolean {
  const letters = section.toLowerCase().replaceAll('general', '').replaceAll('standard', '').replace(/e[+-]/g, '');
  return [...letters].some((letter) => 'dmyhsgbe'.includes(letter));
}
