/** How people come in by an invite link: at once, or when somebody who moderates the room lets them in (CA16). A file of its own: pages that are in no room load the routes, and not the rest. */

export const entries = ['free', 'knock'] as const
export type Entry = (typeof entries)[number]
