/**
 * A clock for pages that are not seen: browsers slow down the timers of a hidden page, but not those of its workers.
 *
 * One tick at a time: a page that has not answered the last one gets none, so that they never pile up before it.
 */
let isAnswered = true

onmessage = ({ data: everyMs }: MessageEvent<number | null>): void => {
  isAnswered = true
  if (everyMs === null) return
  setInterval(() => {
    if (!isAnswered) return
    isAnswered = false
    postMessage(null)
  }, everyMs)
}
