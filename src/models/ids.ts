// Ids as they come in: out of paths, forms and cursors, where anything may stand.

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Whether a text can be the id of a row, so that the database may be asked for it. */
export const isId = (text: string): boolean => uuid.test(text);
