/**
 * Which rooms a few letters mean, the likeliest first.
 *
 * Words are compared as a message search compares them: without capitals and accents, and each may be a beginning.
 * Pure.
 */
type Ranked = Readonly<{ title: string; lastActiveAtMs: number }>

/** Those that fit: by how well, then the latest active first. Without words all of them fit alike. */
export function rankRooms<Room extends Ranked>(rooms: readonly Room[], query: string): readonly Room[] {
  return rooms
    .flatMap((room) => {
      const distance = distanceOf(room.title, query)
      return distance === null ? [] : [{ room, distance }]
    })
    .sort((a, b) => a.distance - b.distance || b.room.lastActiveAtMs - a.room.lastActiveAtMs)
    .map(({ room }) => room)
}

/** How far the words are from a name, or null where they do not fit it. */
export function distanceOf(name: string, query: string): number | null {
  const words = wordsIn(name)
  const wanted = wordsIn(query)
  const text = words.join(' ')
  const start = wanted.join(' ')
  if (start === '' || text === start) return 0
  if (text.startsWith(start)) return 1
  if (text.includes(` ${start}`)) return 2
  if (wanted.every((one) => words.some((word) => word.startsWith(one)))) return 3
  // Names in scripts without spaces are one long word.
  return text.includes(start) ? 4 : null
}

function wordsIn(text: string): readonly string[] {
  return text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[\s\p{P}]+/u)
    .filter((word) => word !== '')
}
