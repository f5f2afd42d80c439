/** Whom a room lets write in its chat: all its people, all but guests, or only those who moderate it (RO6). A file of its own: pages that are in no room load the routes, and not the rest. */

export const postings = ['everyone', 'members', 'moderators'] as const
export type Posting = (typeof postings)[number]
