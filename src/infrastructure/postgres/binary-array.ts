// Arrays in the binary form in which Postgres takes parameters: an array of texts costs both sides twice as much, in writing and
// in reading instants and numbers most of all. A Buffer as the value of a parameter is sent as binary by the driver.

/** What of a row goes into an array. */
type Pick<Row, Value> = (row: Row) => Value | null;

const OID = { boolean: 16, smallint: 21, integer: 23, text: 25, timestamptz: 1184, uuid: 2950 } as const;

/** Dimensions, whether there are nulls, type of the elements, their number, the index of the first one. */
const HEADER_BYTES = 20;
const LENGTH_BYTES = 4;
const NULL = -1;

/** 2000-01-01, from which Postgres counts, in ms. */
const EPOCH_MS = 946_684_800_000;
const MICROS = 1_000;
const LOWER_WORD = 2 ** 32;

/** Shorter texts are copied faster here than by the engine. */
const SHORT_TEXT = 40;
const UTF8_BYTES_AT_MOST = 3;
const ASCII = 0x80;

/** More is given back: rows with texts this long are rare. */
const MOST_ROOM = 16 * 1024 ** 2;

const UUID_BYTES = 16;
const DASH = 0x2d;

/**
 * Memory for the arrays of one statement after another: new memory for each would have the engine collect garbage with every
 * other statement of a few thousand rows.
 */
export class Room {
  #memory = Buffer.alloc(0);
  #taken = 0;

  /** At least so many bytes, of which `take` keeps the first. */
  offer(bytes: number): Buffer {
    if (this.#taken + bytes > this.#memory.length) {
      // What was taken stays where it is.
      this.#memory = Buffer.allocUnsafeSlow(Math.max(bytes, 2 * this.#memory.length));
      this.#taken = 0;
    }
    return this.#memory.subarray(this.#taken, this.#taken + bytes);
  }

  /** The first bytes of what was offered last; they stay as they are until `clear`. */
  take(bytes: number): Buffer {
    const taken = this.#memory.subarray(this.#taken, this.#taken + bytes);
    this.#taken += bytes;
    return taken;
  }

  /** All that was taken may be overwritten from now on. */
  clear(): void {
    this.#taken = 0;
    if (this.#memory.length > MOST_ROOM) this.#memory = Buffer.alloc(0);
  }
}

export function texts<Row>(rows: readonly Row[], pick: Pick<Row, string>, room = new Room()): Buffer {
  const values = rows.map(pick);
  let bytes = HEADER_BYTES;
  for (const value of values) bytes += LENGTH_BYTES + (value === null ? 0 : value.length * UTF8_BYTES_AT_MOST);
  const array = begin(room, OID.text, values.length, bytes);
  let at = HEADER_BYTES;
  for (const value of values) {
    const length = value === null ? NULL : writeText(array, value, at + LENGTH_BYTES);
    array.writeInt32BE(length, at);
    at += LENGTH_BYTES + Math.max(0, length);
  }
  return room.take(at);
}

/** From milliseconds since 1970. */
export function instants<Row>(rows: readonly Row[], pick: Pick<Row, number>, room = new Room()): Buffer {
  return fixed(room, OID.timestamptz, 8, rows, pick, (array, ms, at) => {
    // By words: of far years all the microseconds are more than a number holds exactly.
    const upper = Math.floor((ms - EPOCH_MS) / LOWER_WORD);
    const lower = (ms - EPOCH_MS - upper * LOWER_WORD) * MICROS;
    const carried = Math.floor(lower / LOWER_WORD);
    array.writeInt32BE(upper * MICROS + carried, at);
    array.writeUInt32BE(lower - carried * LOWER_WORD, at + 4);
  });
}

export function integers<Row>(rows: readonly Row[], pick: Pick<Row, number>, room = new Room()): Buffer {
  return fixed(room, OID.integer, 4, rows, pick, (array, value, at) => array.writeInt32BE(value, at));
}

export function smallints<Row>(rows: readonly Row[], pick: Pick<Row, number>, room = new Room()): Buffer {
  return fixed(room, OID.smallint, 2, rows, pick, (array, value, at) => array.writeInt16BE(value, at));
}

export function booleans<Row>(rows: readonly Row[], pick: Pick<Row, boolean>, room = new Room()): Buffer {
  return fixed(room, OID.boolean, 1, rows, pick, (array, value, at) => {
    array[at] = value ? 1 : 0;
  });
}

/** From their usual form, 32 hexadecimal digits and dashes. */
export function uuids<Row>(rows: readonly Row[], pick: Pick<Row, string>, room = new Room()): Buffer {
  return fixed(room, OID.uuid, UUID_BYTES, rows, pick, (array, value, at) => {
    let end = at;
    for (let i = 0; i < value.length; i += 2) {
      if (value.charCodeAt(i) === DASH) i += 1;
      array[end] = (digit(value.charCodeAt(i)) << 4) | digit(value.charCodeAt(i + 1));
      end += 1;
    }
  });
}

function fixed<Row, Value>(
  room: Room,
  oid: number,
  size: number,
  rows: readonly Row[],
  pick: Pick<Row, Value>,
  write: (array: Buffer, value: Value, at: number) => void,
): Buffer {
  const array = begin(room, oid, rows.length, HEADER_BYTES + rows.length * (LENGTH_BYTES + size));
  let at = HEADER_BYTES;
  for (const row of rows) {
    const value = pick(row);
    array.writeInt32BE(value === null ? NULL : size, at);
    at += LENGTH_BYTES;
    if (value === null) continue;
    write(array, value, at);
    at += size;
  }
  return room.take(at);
}

function begin(room: Room, oid: number, length: number, bytes: number): Buffer {
  const array = room.offer(bytes);
  let at = array.writeInt32BE(1, 0);
  at = array.writeInt32BE(1, at);
  at = array.writeInt32BE(oid, at);
  at = array.writeInt32BE(length, at);
  array.writeInt32BE(1, at);
  return array;
}

/** Writes it as UTF-8 and returns its length in bytes. */
function writeText(array: Buffer, text: string, at: number): number {
  if (text.length > SHORT_TEXT) return array.write(text, at);
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    if (unit >= ASCII) return array.write(text, at);
    array[at + i] = unit;
  }
  return text.length;
}

/** The value of a hexadecimal digit by its code. */
function digit(code: number): number {
  return (code & 0xf) + (code > 0x39 ? 9 : 0);
}
