/** Where browsers do not understand each other. Pure. */

/**
 * Whether the other side still hears this one after a restart that this one began. Firefox, asked by another browser,
 * stays on the path before and hears nothing more (seen in 153); restarts that it begins itself go well.
 *
 * `remote` is the description as it came: Chromium drops who wrote it.
 */
export function canRestart(local: string, remote: string): boolean {
  return isOfFirefox(local) || !isOfFirefox(remote)
}

function isOfFirefox(sdp: string): boolean {
  return /^o=mozilla/m.test(sdp)
}

/**
 * A description without the lines of codecs that it does not offer. Firefox leaves those of trimmed codecs standing
 * (`a=rtcp-fb`), and Chromium refuses the whole description for them.
 */
export function dropUnofferedCodecs(sdp: string): string {
  return sdp
    .split(/(?=^m=)/m)
    .map((section) => {
      const offered = /^m=(?:audio|video) \d+ \S+ (.*?)\r?$/m.exec(section)?.[1]?.split(' ')
      return offered === undefined
        ? section
        : section.replace(/^a=(?:rtpmap|fmtp|rtcp-fb):(\d+) .*\r?\n/gm, (line, type: string) =>
            offered.includes(type) ? line : '',
          )
    })
    .join('')
}
