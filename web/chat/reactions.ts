/** The reactions that are offered, each with its word (locales: chat, emoji). Others that come in are shown too. */
export const offeredReactions = [
  ['👍', 'thumbs_up'],
  ['❤️', 'heart'],
  ['😂', 'laughing'],
  ['🎉', 'party'],
  ['🙏', 'thanks'],
  ['😮', 'surprised'],
  ['😢', 'sad'],
  ['🔥', 'fire'],
  ['👏', 'applause'],
  ['👀', 'looking'],
  ['✅', 'done'],
  ['❌', 'no'],
  ['😊', 'smile'],
  ['😍', 'love'],
  ['🤔', 'thinking'],
  ['😅', 'phew'],
  ['😡', 'angry'],
  ['👎', 'thumbs_down'],
  ['🙌', 'hooray'],
  ['💪', 'strong'],
  ['🤝', 'agreed'],
  ['✨', 'sparkles'],
  ['🚀', 'rocket'],
  ['☕', 'coffee'],
] as const

/** How many of them can be given without opening anything. */
export const quickCount = 3
