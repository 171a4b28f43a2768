import { describe } from "@effect/vitest"
import { laws } from "./support/responses.ts"

describe("responses, decoded without making code", () => laws(false))
