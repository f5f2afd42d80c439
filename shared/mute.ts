/** PUT mute → 204: a room that is muted does not draw this person's eye, but for messages that mention them (RO5). A file of its own: home does not load it. */
import * as v from 'valibot'
import type { RoomId } from './ids.ts'

export const mutePath = (id: RoomId): string => `/api/rooms/${id}/mute`

export const MuteRequest = v.strictObject({ isMuted: v.boolean() })
export type MuteRequest = v.InferOutput<typeof MuteRequest>
