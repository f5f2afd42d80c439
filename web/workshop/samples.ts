/** People, rooms and words that the workshop shows its parts with. */
import type { RoomSummary } from '#shared/http.ts'
import type { PersonId, RoomId, Seat } from '#shared/ids.ts'
import type { ParticipantSnapshot } from '../call/engine/call.ts'
import type { Reaction } from '../chat/engine/chat-row.ts'
import { parseMarkdown, type Block } from '../chat/engine/markdown.ts'
import type { PersonHere } from '../room/people.ts'

export const names = [
  'Ada Lovelace',
  'Ben',
  'عائشة',
  '李小龍',
  'A name that is as long as names are ever allowed to be, or so',
] as const

const participant: ParticipantSnapshot = {
  clientId: 1,
  personId: 'ada' as PersonId,
  name: 'Ada Lovelace',
  isSelf: false,
  state: 'connected',
  hasMicrophone: true,
  hasCamera: false,
  hasScreen: false,
  isRecording: false,
  isSpeaking: false,
  quality: { level: 'good', reason: null },
  voice: null,
  camera: null,
  screen: null,
}

export const participants: readonly ParticipantSnapshot[] = [
  { ...participant, isSelf: true },
  { ...participant, isSpeaking: true },
  { ...participant, hasMicrophone: false, name: names[4] },
  { ...participant, state: 'connecting', name: 'Ben', personId: 'ben' as PersonId },
  { ...participant, state: 'interrupted', name: 'عائشة', personId: 'aisha' as PersonId },
  { ...participant, state: 'failed', name: '李小龍', personId: 'lee' as PersonId },
]

const person: PersonHere = {
  personId: 'ada' as PersonId,
  seat: 1 as Seat,
  name: 'Ada Lovelace',
  role: 'owner',
  isHere: true,
  isInCall: false,
  isTyping: false,
  isSelf: true,
  hasLeft: false,
  clientIds: [1],
}

export const people: readonly PersonHere[] = [
  person,
  { ...person, seat: 2 as Seat, name: 'Ben', role: 'moderator', isSelf: false, isTyping: true },
  { ...person, seat: 3 as Seat, name: 'عائشة', role: 'guest', isSelf: false, isInCall: true },
  { ...person, seat: 4 as Seat, name: names[4], role: 'member', isSelf: false, isHere: false },
]

const room: RoomSummary = {
  id: 'A'.repeat(22) as RoomId,
  title: 'Tuesday drawing',
  topic: '',
  isArchived: false,
  others: null,
  access: 'invite',
  role: 'owner',
  peopleCount: 3,
  inCallCount: 0,
  hereCount: 0,
  messageCount: 0,
  unreadCount: 0,
  mentionCount: 0,
  isMuted: false,
  lastActiveAtMs: 0,
}

export const rooms: readonly RoomSummary[] = [
  room,
  {
    ...room,
    hereCount: 2,
    topic: 'Chairs, and who sits on them',
    unreadCount: 7,
    mentionCount: 2,
    title: 'Somebody is here',
  },
  {
    ...room,
    inCallCount: 3,
    unreadCount: 128,
    title: 'A room with a name that does not fit into one line of a list',
  },
  { ...room, role: null, access: 'open', title: 'مكتبة' },
]

export const message: readonly Block[] = parseMarkdown(
  [
    'Plain, **strong**, *emphasis*, ~~struck out~~, `code`, [a link](https://example.org/) and @Ada Lovelace',
    '- one\n  1. with numbers\n  2. inside\n- two',
    '> Somebody said so.\n> > And somebody before them.',
    '```ts\n// Coloured once the words are here\nconst answer: number = 42 // "text"\n```',
    'מימין לשמאל, and a_word_that_is_so_long_that_it_has_to_break_somewhere_'.repeat(2),
  ].join('\n\n'),
  new Map([['Ada Lovelace', 1 as Seat]]),
)

export const reactions: readonly Reaction[] = [
  { text: '👍', seats: [1, 2, 3] as Seat[] },
  { text: '🎉', seats: [2] as Seat[] },
  { text: 'a-short-word', seats: [4] as Seat[] },
]
