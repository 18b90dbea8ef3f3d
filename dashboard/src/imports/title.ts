/** Apart from the other texts, which are loaded with the pages. */
export const importsTitle = 'Imports';
