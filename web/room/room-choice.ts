/** What the head of a room leads to. */
export type RoomChoice = 'invite' | 'settings' | 'search' | 'keys' | 'archive' | 'leave'
