/**
 * What can happen in a history, and how often. An action says what it did; an empty text where that is not worth
 * telling, null where it could do nothing.
 */
import type { ChatRow } from '#web/chat/engine/chat-log.ts'
import { callActions } from './call-actions.ts'
import type { History } from './history.ts'
import type { Link } from './network.ts'
import type { Page } from './page.ts'
import { boardName, chatName, roomName } from './observer.ts'
import { roomId } from './server.ts'
import { quiet } from './time.ts'

export type Action = Readonly<{
  name: string
  weight: number
  /** Without it nothing else would come about. */
  isVital?: true
  run: (history: History) => string | null | Promise<string | null>
}>

const pagesMax = 7
const reactions = ['👍', '🎉', '❤️'] as const

const network: readonly Action[] = [
  { name: 'deliveries', weight: 60, isVital: true, run: deliver },
  {
    name: 'calm moments',
    weight: 8,
    isVital: true,
    run: async (history) => {
      await history.calm(history.chance.below(2_000))
      return ''
    },
  },
  { name: 'sockets', weight: 12, isVital: true, run: answer },
  {
    name: 'turns',
    weight: 6,
    isVital: true,
    run: async ({ time }) => {
      await time.endTurn()
      return ''
    },
  },
  {
    name: 'waits',
    weight: 14,
    isVital: true,
    run: async ({ time, chance }) => {
      const ms = chance.below(chance.pick([20, 20, 300, 300, 3_000, 40_000]))
      await time.pass(ms)
      return ms > 300 ? `${String(ms)} ms pass` : ''
    },
  },
  {
    name: 'cuts',
    weight: 2,
    run: ({ links, chance }) => {
      const open = [...links].filter((link) => !link.isWanted && !link.isCut)
      if (open.length === 0) return null
      chance.pick(open).break(chance)
      return 'a socket breaks'
    },
  },
  {
    name: 'offline',
    weight: 3,
    run: (history) =>
      withPage(history, (page) => {
        page.setOnline(!page.isOnline)
        return page.isOnline ? 'is online again' : 'is offline'
      }),
  },
  {
    name: 'wakes',
    weight: 1,
    run: (history) =>
      withPage(history, (page) => {
        page.wake()
        return ''
      }),
  },
]

const chat: readonly Action[] = [
  {
    name: 'sends',
    weight: 12,
    isVital: true,
    run: (history) => withPage(history, (page) => say(history, page)),
  },
  {
    name: 'replies',
    weight: 2,
    run: (history) =>
      withRow(
        history,
        () => true,
        (page, row) => say(history, page, row),
      ),
  },
  {
    name: 'edits',
    weight: 4,
    run: (history) =>
      withRow(history, isOwn, (page, { key }) => {
        const text = history.ledger.newText()
        page.chat.edit(key, text)
        history.ledger.edit(key, text)
        return `edits ${key} to ‘${text}’`
      }),
  },
  {
    name: 'deletions',
    weight: 2,
    run: (history) => withRow(history, isOwn, (page, row) => remove(history, page, row)),
  },
  {
    name: 'moderations',
    weight: 4,
    run: (history) => withRow(history, isModerated, (page, row) => remove(history, page, row)),
  },
  {
    name: 'reactions',
    weight: 4,
    run: (history) =>
      withRow(
        history,
        ({ number }) => number !== null,
        (page, { key }) => {
          page.chat.react(key, history.chance.pick(reactions))
          return `reacts to ${key}`
        },
      ),
  },
  {
    name: 'looks at the past',
    weight: 2,
    run: (history) =>
      withPage(
        history,
        ({ chat }) => {
          if (chat.hasNewer && history.chance.isLikely(0.5)) chat.showLatest()
          else chat.showPage(history.chance.below(1 + history.chance.below(8)))
          return ''
        },
        ({ chat }) => chat.hasOlder || chat.hasNewer,
      ),
  },
]

const board: readonly Action[] = [
  {
    name: 'strokes',
    weight: 3,
    run: (history) =>
      withPage(history, (page) => {
        const id = page.draw()
        return id === null ? null : `draws ${id}`
      }),
  },
  {
    name: 'changes of shapes',
    weight: 5,
    run: (history) =>
      withPage(history, (page) => {
        const key = page.change()
        return key === null ? null : `changes ${key}`
      }),
  },
  {
    name: 'erasures',
    weight: 1.5,
    run: (history) => withPage(history, (page) => (page.erase() ? 'erases' : null)),
  },
  {
    name: 'undos',
    weight: 1.5,
    run: (history) => withPage(history, (page) => (page.undo() ? 'undoes' : null)),
  },
]

const lives: readonly Action[] = [
  {
    name: 'pages opened',
    weight: 3,
    run: (history) => {
      if (history.pages.size >= pagesMax) return null
      const { member, device } = history.chance.pick(history.devices)
      const page = history.openPage(member, device)
      return page === null ? null : `${history.nameOf(page)} opens a page`
    },
  },
  {
    name: 'pages closed',
    weight: 1,
    run: (history) =>
      withPage(history, (page) => {
        history.closePage(page)
        return 'closes a page'
      }),
  },
  {
    name: 'pages that died',
    weight: 1.5,
    run: (history) =>
      withPage(history, (page) => {
        history.kill(page)
        return 'loses a page'
      }),
  },
  {
    name: 'clocks that jumped',
    weight: 1,
    run: ({ devices, chance }) => {
      chance.pick(devices).device.skewMs =
        (chance.next() - 0.5) * chance.pick([1_000, 3_600_000, 86_400_000 * 700])
      return ''
    },
  },
  {
    name: 'members who left',
    weight: 0.6,
    run: (history) => {
      const member = history.chance.pick(history.members)
      if (!history.server.isUp || member.role === 'owner') return null
      if (history.isHere(member)) history.leave(member)
      else history.comeBack(member)
      return `${member.name} ${history.isHere(member) ? 'comes back' : 'leaves the room'}`
    },
  },
]

const server: readonly Action[] = [
  {
    name: 'server killed',
    weight: 1.2,
    run: (history) => {
      if (!history.server.isUp) return null
      history.killServer()
      return 'the server is killed'
    },
  },
  {
    name: 'server started',
    weight: 8,
    isVital: true,
    run: (history) => {
      if (history.server.isUp) return null
      history.server.start()
      history.look()
      return 'the server starts'
    },
  },
  {
    name: 'server stopped',
    weight: 0.15,
    run: async (history) => {
      if (!history.server.isUp) return null
      await history.server.stop()
      history.breakLinks()
      return 'the server is stopped'
    },
  },
  {
    name: 'turns that failed',
    weight: 1.5,
    run: async (history) => {
      if (!history.server.isUp) return null
      await bring(history)
      const table = history.chance.pick(['log', 'message', 'room'] as const)
      await history.server.failTurn(table)
      return `a turn fails at the table ${table}`
    },
  },
  {
    name: 'compactions',
    weight: 2,
    run: ({ server, chance }) => {
      if (!server.isUp) return null
      const tail = server.store.rooms.chatTail(roomId)
      const name = chance.pick([roomName, boardName, chatName(chance.below(tail + 1)), chatName(tail)])
      server.compact(name)
      return `the log of ${name} is made shorter`
    },
  },
]

export const actions: readonly Action[] = [...network, ...chat, ...board, ...lives, ...server, ...callActions]

/** Some frames of one link arrive. */
async function deliver(history: History): Promise<string | null> {
  const { links, chance, time } = history
  const busy = [...links].filter((link) => link.waiting('server') + link.waiting('page') > 0)
  if (busy.length === 0) return null
  const link = chance.pick(busy)
  const side =
    link.waiting('server') > 0 && (link.waiting('page') === 0 || chance.isLikely(0.5)) ? 'server' : 'page'
  // In one piece, or one by one.
  const isBurst = chance.isLikely(0.3)
  for (let left = 1 + chance.below(8); left > 0 && link.waiting(side) > 0; left -= 1) {
    if (isBurst) link.deliver(side)
    else await history.deliver(link, side)
    if (!isBurst && chance.isLikely(0.3)) await time.endTurn()
  }
  await quiet()
  if (chance.isLikely(0.6)) await time.endTurn()
  return ''
}

/** Everything that pages have sent arrives, and is not saved yet. */
async function bring(history: History): Promise<void> {
  for (const link of history.links) while (link.waiting('server') > 0) await history.deliver(link, 'server')
}

function answer(history: History): string | null {
  const wanted: readonly Link[] = [...history.links].filter((link) => link.isWanted)
  if (wanted.length === 0) return null
  history.answer(history.chance.pick(wanted))
  return ''
}

function withPage(
  history: History,
  act: (page: Page) => string | null,
  isMeant: (page: Page) => boolean = () => true,
): string | null {
  const pages = [...history.pages]
    .filter(({ endCode }) => endCode === null)
    .filter(({ member }) => member.isMute !== true)
    .filter(isMeant)
  if (pages.length === 0) return null
  const page = history.chance.pick(pages)
  const name = history.nameOf(page)
  const did = act(page)
  return did === null || did === '' ? did : `${name} ${did}`
}

/** Of those pages that show a row that is meant. */
function withRow(
  history: History,
  isMeant: (row: ChatRow, page: Page) => boolean,
  act: (page: Page, row: ChatRow) => string | null,
): string | null {
  const rowsOf = (page: Page): readonly ChatRow[] => page.rows().filter((row) => isMeant(row, page))
  return withPage(
    history,
    (page) => act(page, history.chance.pick(rowsOf(page))),
    (page) => rowsOf(page).length > 0,
  )
}

function isOwn({ seat }: ChatRow, page: Page): boolean {
  return seat === page.seat
}

function isModerated(row: ChatRow, page: Page): boolean {
  return !isOwn(row, page) && (page.member.role === 'owner' || page.member.role === 'moderator')
}

function say({ ledger }: History, page: Page, replyTo?: ChatRow): string {
  const text = ledger.newText()
  const key = page.say(text, replyTo?.key)
  ledger.say(page, key, text)
  return `says ${key} ‘${text}’`
}

function remove({ ledger }: History, page: Page, { key }: ChatRow): string {
  page.remove(key)
  ledger.remove(key)
  return `deletes ${key}`
}
