/** Apart from the other texts: the navigation needs it before the area is opened. */
export const adminTitle = 'Admin';
