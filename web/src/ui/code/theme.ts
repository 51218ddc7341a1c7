/** How code looks: the page's own colours, so that both themes hold. */
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import type { Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const look = EditorView.theme({
  "&": { backgroundColor: "var(--surface)", color: "var(--text)", fontSize: "0.8125rem", height: "100%" },
  ".cm-content": { fontFamily: "var(--font-mono)", caretColor: "var(--text)" },
  ".cm-gutters": { backgroundColor: "var(--sunken)", color: "var(--muted)", border: "none" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--hover)" },
  "&.cm-focused": { outline: "2px solid var(--accent)", outlineOffset: "-2px" },
  "&.cm-focused .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--accent-soft) !important" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  ".cm-panels": { backgroundColor: "var(--raised)", color: "var(--text)", borderColor: "var(--line)" },
  ".cm-searchMatch": { backgroundColor: "var(--warn-soft)", outline: "1px solid var(--warn)" },
  ".cm-collapsedLines": { background: "var(--sunken)", color: "var(--muted)" },
  "&.cm-merge-b .cm-changedLine, .cm-insertedLine": { backgroundColor: "var(--ok-soft)" },
  "&.cm-merge-a .cm-changedLine, .cm-deletedLine, .cm-deletedChunk": { backgroundColor: "var(--bad-soft)" },
  "&.cm-merge-b .cm-changedText": { background: "none", textDecoration: "underline 2px var(--ok)" },
  "&.cm-merge-a .cm-changedText": { background: "none", textDecoration: "underline 2px var(--bad)" },
});

const words = HighlightStyle.define([
  { tag: tags.comment, color: "var(--muted)", fontStyle: "italic" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--ok)" },
  { tag: [tags.keyword, tags.operatorKeyword, tags.definitionKeyword], color: "var(--accent)" },
  { tag: [tags.number, tags.bool, tags.atom], color: "var(--high)" },
  { tag: [tags.propertyName, tags.definition(tags.propertyName), tags.variableName], color: "var(--note)" },
  { tag: tags.invalid, color: "var(--bad)" },
]);

export const codeTheme: Extension = [look, syntaxHighlighting(words), EditorView.lineWrapping];
