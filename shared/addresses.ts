/** Whether people in a room's call may see each other's network addresses, or meet through a relay only. A file of its own, as drawing.ts. */

export const addressSettings = ['shown', 'hidden'] as const
export type Addresses = (typeof addressSettings)[number]
