/** CodeMirror: one text, or two beside each other. */
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, foldGutter } from "@codemirror/language";
import { MergeView, unifiedMergeView } from "@codemirror/merge";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState, type Extension } from "@codemirror/state";
import { EditorView, highlightActiveLine, highlightSpecialChars, keymap, lineNumbers } from "@codemirror/view";
import { useEffect, useRef } from "react";
import type { CodeProps, DiffProps } from "./index";
import { languageOf, type Language } from "./language";
import { codeTheme } from "./theme";

function setup(label: string, readOnly: boolean): Extension[] {
  return [
    lineNumbers(),
    foldGutter(),
    bracketMatching(),
    // what would turn the writing direction or hide in a line is drawn as a mark
    highlightSpecialChars({ addSpecialChars: /[\u202a-\u202c\u2060-\u2064\u2068]/g }),
    highlightSelectionMatches(),
    search({ top: true }),
    keymap.of([...searchKeymap, ...defaultKeymap, ...historyKeymap]),
    codeTheme,
    EditorView.contentAttributes.of({ "aria-label": label, ...(readOnly && { tabindex: "0", "aria-readonly": "true" }) }),
    ...(readOnly ? [EditorState.readOnly.of(true), EditorView.editable.of(false)] : [history(), highlightActiveLine()]),
  ];
}

async function speak(language: Language, place: Compartment, ...views: EditorView[]): Promise<void> {
  const extension = await languageOf(language);
  for (const view of views) view.dispatch({ effects: place.reconfigure(extension) });
}

export function Editor({ value, label, language = "config", onChange, line }: CodeProps) {
  const holder = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const changed = useRef(onChange);
  useEffect(() => {
    changed.current = onChange;
  });
  const readOnly = onChange === undefined;
  const first = useRef(value);

  useEffect(() => {
    if (!holder.current) return;
    const place = new Compartment();
    const listen = EditorView.updateListener.of((update) => {
      if (update.docChanged) changed.current?.(update.state.doc.toString());
    });
    const made = new EditorView({
      parent: holder.current,
      state: EditorState.create({ doc: first.current, extensions: [setup(label, readOnly), place.of([]), listen] }),
    });
    view.current = made;
    void speak(language, place, made);
    return () => {
      first.current = made.state.doc.toString();
      made.destroy();
    };
  }, [label, language, readOnly]);

  useEffect(() => {
    const made = view.current;
    if (made && made.state.doc.toString() !== value) made.dispatch({ changes: { from: 0, to: made.state.doc.length, insert: value } });
  }, [value]);

  useEffect(() => {
    const made = view.current;
    if (!made || line === undefined) return;
    const { from } = made.state.doc.line(Math.min(Math.max(1, line), made.state.doc.lines));
    made.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: "center" }) });
  }, [line, value]);

  return <div ref={holder} className="h-full min-h-0 overflow-auto" />;
}

const UNCHANGED = { margin: 4, minSize: 8 };

export function Diff({ before, after, label, language = "config", unified }: DiffProps) {
  const holder = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const parent = holder.current;
    if (!parent) return;
    const place = new Compartment();
    if (unified) {
      const merge = unifiedMergeView({ original: before, mergeControls: false, collapseUnchanged: UNCHANGED });
      const one = new EditorView({ parent, state: EditorState.create({ doc: after, extensions: [setup(label, true), place.of([]), merge] }) });
      void speak(language, place, one);
      return () => { one.destroy(); };
    }
    const two = new MergeView({
      parent,
      a: { doc: before, extensions: [setup(`${label}: before`, true), place.of([])] },
      b: { doc: after, extensions: [setup(`${label}: after`, true), place.of([])] },
      collapseUnchanged: UNCHANGED,
    });
    void speak(language, place, two.a, two.b);
    return () => { two.destroy(); };
  }, [before, after, label, language, unified]);
  return <div ref={holder} className="h-full min-h-0 overflow-auto" />;
}
