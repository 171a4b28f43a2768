import { describe } from "@effect/vitest"
import * as Search from "../../src/rest/Search.ts"
import { itSendsAndDecodes } from "../support/calls.ts"
import { itDeclares } from "../support/operations.ts"

describe("Search.tagsByCategories", () => {
  itDeclares(Search.tagsByCategories(), { name: "Search.tagsByCategories", signed: "never", errors: ["Unauthorized"] })
  itSendsAndDecodes([
    {
      it: "reads the tags of each category and decodes null tags as empty",
      call: Search.tagsByCategories(),
      request: "GET /search/tags_by_categories",
      reply: {
        status: 200,
        body: { tags_by_categories: { Sports: ["Baseball", "Soccer"], "Climate and Weather": null } }
      },
      value: { tags_by_categories: { Sports: ["Baseball", "Soccer"], "Climate and Weather": [] } }
    }
  ])
})

describe("Search.filtersBySport", () => {
  itDeclares(Search.filtersBySport(), { name: "Search.filtersBySport", signed: "never", errors: ["Unauthorized"] })
  itSendsAndDecodes([
    {
      it: "reads the order of the sports, and the scopes and competitions of each sport",
      call: Search.filtersBySport(),
      request: "GET /search/filters_by_sport",
      reply: {
        status: 200,
        body: {
          filters_by_sports: {
            Baseball: { scopes: ["Games"], competitions: { "Pro Baseball": { scopes: ["Games", "Futures"] } } },
            Chess: { scopes: [], competitions: {} }
          },
          sport_ordering: ["Baseball", "Chess"]
        }
      }
    },
    {
      it: "decodes null lists as empty",
      call: Search.filtersBySport(),
      request: "GET /search/filters_by_sport",
      reply: {
        status: 200,
        body: {
          filters_by_sports: { Chess: { scopes: null, competitions: { Masters: { scopes: null } } } },
          sport_ordering: null
        }
      },
      value: {
        filters_by_sports: { Chess: { scopes: [], competitions: { Masters: { scopes: [] } } } },
        sport_ordering: []
      }
    }
  ])
})
