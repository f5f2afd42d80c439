/**
 * `npm run bench`: ratios against named peers, and what we promise, measured in one run on this machine.
 * `npm run bench -- join` runs one.
 *
 * The peers have a package.json of their own and are installed on first use.
 */
import { benchBoard } from './board.ts'
import { benchChat } from './chat.ts'
import { benchContinuity } from './continuity.ts'
import { benchGuard } from './guard.ts'
import { benchHistory } from './history.ts'
import { benchJoin } from './join.ts'
import { benchStorm } from './storm.ts'
import { benchSync } from './sync.ts'

const benches: Readonly<Record<string, () => Promise<void>>> = {
  board: benchBoard,
  chat: benchChat,
  continuity: benchContinuity,
  guard: benchGuard,
  history: benchHistory,
  join: benchJoin,
  storm: benchStorm,
  sync: benchSync,
}

const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('-'))
const unknown = wanted.filter((name) => !Object.hasOwn(benches, name))
if (unknown.length > 0) {
  console.error(
    `There is no bench called ${unknown.join(', ')}. There are: ${Object.keys(benches).join(', ')}.`,
  )
  process.exit(64)
}

for (const [name, bench] of Object.entries(benches)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  console.log(`\n── ${name} ──`)
  await bench()
}
process.exit(0)
