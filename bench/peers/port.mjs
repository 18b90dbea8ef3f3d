/** Tells the benchmark where to ask. */
export function listening(port) {
  process.send?.({ port });
}
