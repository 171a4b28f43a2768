/**
 * The static files of the page.
 *
 * @module
 */
import { readdirSync, readFileSync } from "node:fs"
import { failure, type RestResponse } from "../rest/errorBody.ts"

const types: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml"
}

/** The page runs only its own scripts, connects only to its own host, and cannot be framed. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'"
].join("; ")

/**
 * The headers of every response of the operator interface and its page. Other sites cannot embed a response, and no
 * cache keeps it.
 */
export const safeHeaders: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  "content-security-policy": policy,
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff"
}

// The folder `page` of the package. The relative path is the same from this file, from the compiled file and from the
// bundle.
const defaultFolder = new URL("../../page/", import.meta.url)

/** Reads the files at the first request. */
export const makeFiles = (token: string, folder: URL = defaultFolder): ((name: string) => RestResponse) => {
  let files: ReadonlyMap<string, RestResponse> | undefined
  return (name) => {
    files ??= readFiles(token, folder)
    return files.get(name) ?? failure(404, "not_found", "the page has no such file")
  }
}

const readFiles = (token: string, folder: URL): ReadonlyMap<string, RestResponse> =>
  new Map(
    readdirSync(folder).flatMap((name) => {
      const type = types[/^[a-z]\w*\.(\w+)$/i.exec(name)?.[1] ?? ""]
      return type === undefined
        ? []
        : [
            [
              name,
              {
                status: 200,
                body: readFileSync(new URL(name, folder), "utf8").replace("%TOKEN%", token),
                headers: { "content-type": type }
              }
            ] as const
          ]
    })
  )
