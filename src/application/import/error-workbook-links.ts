/** How long a link to an error workbook holds. */
export const ERROR_WORKBOOK_LINK_MINUTES = 15;

/** What a link to an error workbook carries, as it came. */
export interface ErrorWorkbookLink {
  readonly importId: string;
  /** The second, counted from 1970, at which it ends. */
  readonly expires: string;
  readonly signature: string;
}

/** Links that open an import's error workbook to whoever holds one, without signing in, for a while. */
export interface ErrorWorkbookLinks {
  /** A link that holds from `now` for ERROR_WORKBOOK_LINK_MINUTES, and up to a minute longer so that it stays the same meanwhile. */
  create(importId: string, now: Date): ErrorWorkbookLink;
  /** 'wrong': it was not made here for this import and this end. */
  check(link: ErrorWorkbookLink, now: Date): 'valid' | 'expired' | 'wrong';
}
