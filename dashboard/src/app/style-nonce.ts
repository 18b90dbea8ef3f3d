/** Styles that are written while the page runs need the nonce of its answer; browsers show it only as a property. */
export function styleNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';
}
