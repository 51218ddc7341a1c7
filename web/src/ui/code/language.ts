/** Highlighting by the kind of text. */
import { StreamLanguage } from "@codemirror/language";
import type { Extension } from "@codemirror/state";
import { tags } from "@lezer/highlight";

export type Language = "config" | "yaml" | "jinja" | "json" | "plain";

/** What device configurations share: comments, quoted strings, numbers and addresses. */
const config = StreamLanguage.define<null>({
  name: "config",
  startState: () => null,
  token(stream) {
    if (stream.sol() && stream.match(/^\s*[!#].*/)) return "comment";
    if (stream.match(/^"(?:[^"\\]|\\.)*"?/)) return "string";
    if (stream.match(/^\d[\d.:/]*\b/)) return "number";
    if (stream.sol() && stream.match(/^\s*\/?[A-Za-z][\w-]*/)) return "keyword";
    if (stream.match(/^[\w-]+(?==)/)) return "propertyName";
    if (!stream.match(/^[\w-]+/)) stream.next();
    return null;
  },
});

export async function languageOf(language: Language): Promise<Extension> {
  switch (language) {
    case "config":
      return config;
    case "yaml":
      return (await import("@codemirror/lang-yaml")).yaml();
    case "jinja":
      return StreamLanguage.define((await import("@codemirror/legacy-modes/mode/jinja2")).jinja2);
    case "json":
      // its keys are "string property", which the table of single words does not know
      return StreamLanguage.define({ ...(await import("@codemirror/legacy-modes/mode/javascript")).json, tokenTable: { property: tags.propertyName } });
    case "plain":
      return [];
  }
}
