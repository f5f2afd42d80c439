/** What was acknowledged is there after the process was killed: with a real process, killed with no warning. */
import test from 'node:test'
import { losesNothing } from '../support/ended-server.ts'

test('[W5] [D-01] whatever was acknowledged is there after kill -9, twelve times over', () =>
  losesNothing('SIGKILL', 12))
