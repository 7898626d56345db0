// Owns how long somebody who has chosen something is taken to choose on. Page and worker then do nothing that was not asked
// for, because drawing takes time from the viewer's hands.
export const AT_WORK_MS = 250;
