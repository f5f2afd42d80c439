/** How slow a room may be: seconds between two messages of whoever does not moderate it (CH15). */
export const slowSteps = [0, 10, 30, 60, 300, 900] as const
export type SlowSeconds = (typeof slowSteps)[number]
