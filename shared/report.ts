/** Messages that somebody wants those who moderate the room to look at. Rule RO11 of docs/PROTOCOL.md. */
import * as v from 'valibot'
import type { MessageKey } from './chat/message.ts'
import type { RoomId } from './ids.ts'
import { reportReasonLengthMax } from './limits.ts'

export const reportPaths = {
  /** GET → ReportsResponse */
  all: (id: RoomId): string => `/api/rooms/${id}/reports`,
  /** POST ReportRequest → 204: once for each person, however often. DELETE → 204: it was looked at. */
  one: (id: RoomId, key: MessageKey): string => `/api/rooms/${id}/reports/${key}`,
} as const

export const ReportRequest = v.strictObject({
  /** Why, if they say so. */
  reason: v.pipe(v.string(), v.trim(), v.maxLength(reportReasonLengthMax)),
})
export type ReportRequest = v.InferOutput<typeof ReportRequest>

export type Report = Readonly<{
  key: MessageKey
  page: number
  /** How it begins now. */
  text: string
  /** Name of who reported it, and why; the reason may be empty. */
  by: string
  reason: string
  atMs: number
}>
/** The newest first; of a message that several have reported, several. */
export type ReportsResponse = Readonly<{ reports: readonly Report[] }>
