/** So many in so many seconds, for each key. Counted in memory: a restart forgives. */
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { AppError } from '#shared/errors.ts'

export type RateLimit = RateLimiterMemory

export function rateLimit(count: number, seconds: number): RateLimit {
  return new RateLimiterMemory({ points: count, duration: seconds })
}

/** Takes one, or throws and says when to come back. */
export async function takeOne(limit: RateLimit, key: string): Promise<void> {
  try {
    await limit.consume(key)
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal
    throw new AppError('too-many-requests', { retryAfterSeconds: Math.ceil(refusal.msBeforeNext / 1000) })
  }
}
