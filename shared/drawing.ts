/** Whom a room lets draw: all its people, all but guests, or only those who moderate it. A file of its own: pages that are in no room load the routes, and not the rest. */

export const drawings = ['everyone', 'members', 'moderators'] as const
export type Drawing = (typeof drawings)[number]
