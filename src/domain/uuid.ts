const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whether `value` is a UUID of any version, in either case; what is none can name nothing that we keep. */
export function isUuid(value: string): boolean {
  return UUID.test(value);
}

/** `value` in the lower case that ids are kept in, or undefined when it is no UUID. */
export function asUuid(value: string): string | undefined {
  return isUuid(value) ? value.toLowerCase() : undefined;
}
