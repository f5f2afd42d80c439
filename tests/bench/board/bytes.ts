/** What drawing costs in bytes: on disk, and on the way to others. */
import * as Y from 'yjs'
import { drawnDoc } from './seeded-room.ts'
import { handwriting } from './strokes.ts'

const count = 1_000
const storedMax = 300

export function measureBytes(): void {
  const stored = Y.encodeStateAsUpdate(drawnDoc(handwriting(count))).length / count
  console.log(`A stroke of 59 points is stored in ${stored.toFixed(0)} B; at most ${storedMax} is wanted.`)
}
