/** Honest bytes that were tampered with, and the numbers that break things. */
import * as encoding from 'lib0/encoding'
import type { Chance } from '../support/chance.ts'

/** One to three changes. */
export function tampered(chance: Chance, whole: Uint8Array): Uint8Array {
  let bytes = whole
  for (let left = 1 + chance.below(3); left > 0; left--) bytes = tamperedOnce(chance, bytes)
  return bytes
}

function tamperedOnce(chance: Chance, bytes: Uint8Array): Uint8Array {
  const at = chance.below(bytes.length + 1)
  const to = Math.min(bytes.length, at + chance.below(12))
  const replaced = (...middle: readonly number[]): Uint8Array =>
    Uint8Array.from([...bytes.subarray(0, at), ...middle, ...bytes.subarray(to)])
  const turned = Uint8Array.from(bytes, (byte, index) =>
    index === at ? byte ^ (1 << chance.below(8)) : byte,
  )
  return chance.pick([
    () => turned,
    () => turned,
    () => replaced(),
    () => replaced(...encoding.encode((encoder) => encoding.writeVarUint(encoder, strangeNumber(chance)))),
    () => replaced(...randomBytes(chance, 8)),
    () => replaced(...bytes.subarray(at, to), ...bytes.subarray(at, to)),
    () => bytes.subarray(0, at),
  ])()
}

/** 1 to `sizeMax` of them. */
export function randomBytes(chance: Chance, sizeMax: number): Uint8Array {
  return Uint8Array.from(chance.some(sizeMax, () => chance.below(256)))
}

/** Numbers at the edges of what can be said, and those about `near`. */
export function strangeNumber(chance: Chance, near = 1): number {
  const low = Math.max(0, near - 1)
  const edges = [2 ** 31, 2 ** 32, 2 ** 52, 2 ** 53 - 2, 2 ** 53 - 1]
  return chance.isLikely(0.85)
    ? chance.pick([0, 1, low, near, near + 1, chance.below(near + 1)])
    : chance.pick(edges)
}
