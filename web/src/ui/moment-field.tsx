/** A moment, typed as ISO 8601 writes it, in the reader's zone: no browser turns day and month around, or asks for AM and PM. */
import { useEffect, useRef, useState } from "react";
import { TextField } from "./field";
import { isoTime, parseMoment, utc } from "./time";

const FORM = "YYYY-MM-DD hh:mm";

export interface MomentFieldProps {
  label: string;
  /** The label is read out but not shown. */
  quiet?: boolean;
  /** null: none. */
  at: number | null;
  /** Told while it is typed, so that a form that is sent has it; else by Enter, or when the field is left. */
  eager?: boolean;
  onMoment: (at: number | null) => void;
  /** May be left empty. */
  optional?: boolean;
  error?: string | null;
  className?: string;
}

export function MomentField({ label, quiet, at, eager, onMoment, optional, error, className }: MomentFieldProps) {
  const [text, setText] = useState<string | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const shown = text ?? (at === null ? "" : isoTime(at));
  const typed = parseMoment(shown);
  const wrong = shown.trim() === "" ? !optional : typed === null;
  useEffect(() => { input.current?.setCustomValidity(wrong ? `Write it as ${FORM}, or with Z at the end for UTC` : ""); }, [wrong]);

  function tell(next: number | null) {
    if (next !== at) onMoment(next);
  }
  function change(next: string) {
    setText(next);
    if (eager) tell(parseMoment(next));
  }
  function leave() {
    if (text === null) return;
    if (wrong && eager) return; // stays, with what is wrong about it
    if (!wrong) tell(typed);
    setText(null);
  }
  return (
    <TextField
      ref={input}
      label={label}
      quiet={quiet}
      className={className}
      placeholder={FORM}
      value={shown}
      title={typed === null ? `${FORM}, in your time zone` : utc(typed)}
      hint={quiet ? undefined : typed === null ? `${FORM}, in your time zone` : `is ${utc(typed)}`}
      error={error ?? (text !== null && wrong ? `Write it as ${FORM}` : null)}
      maxLength={30}
      onChange={(event) => { change(event.target.value); }}
      onBlur={leave}
      onKeyDown={(event) => {
        if (event.key === "Enter" && !eager) leave();
        if (event.key === "Escape" && text !== null) {
          event.stopPropagation();
          setText(null);
        }
      }}
    />
  );
}
