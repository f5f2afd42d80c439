/** A recording as a file of the person's. */

/** Characters that some system has no room for in a name of a file. */
const forbidden = /[\\/:*?"<>|\p{Cc}]/gu
/** UTF-16 code units: most systems have room for 255 bytes of a name. */
const titleLengthMax = 60

/** Without its ending: which room, and when by this device's clock, so that names sort. */
export function recordingName(title: string, now: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0')
  const day = [now.getFullYear(), two(now.getMonth() + 1), two(now.getDate())].join('-')
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join('.')
  const room = title
    .replaceAll(forbidden, ' ')
    .replaceAll(/\s+/gu, ' ')
    .slice(0, titleLengthMax)
    // Half a character is none.
    .toWellFormed()
    .trim()
  return [room, day, time].filter((part) => part !== '').join(' ')
}

/** How long a browser may take to begin reading what it was told to save. */
const readWithinMs = 10 * 60_000

export function saveFile(name: string, file: Blob): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(file)
  link.download = name
  link.click()
  setTimeout(() => {
    URL.revokeObjectURL(link.href)
  }, readWithinMs)
}
