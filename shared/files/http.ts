/**
 * What the HTTP routes of files take and give; paths.ts has their paths. Rules FI2 and FI3 of docs/PROTOCOL.md.
 *
 * PUT file takes bytes instead of JSON, with the number of those before them in a header, and answers as POST files
 * does. GET file gives the bytes, or a range of them.
 */
import * as v from 'valibot'
import { filePattern } from './file.ts'

/** POST files: begins to bring a file, or asks how much of it has come. */
export const BringFileRequest = v.strictObject({
  hash: v.pipe(v.string(), v.regex(filePattern)),
  size: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(Number.MAX_SAFE_INTEGER)),
})
export type BringFileRequest = v.InferOutput<typeof BringFileRequest>

/** How many bytes have come. `isWhole`: the room has the file, on disk. */
export type BringFileResponse = Readonly<{ received: number; isWhole: boolean }>
