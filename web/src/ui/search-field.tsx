/** A field that searches once the typing rests, and follows what is set from elsewhere: a saved view, the back button. */
import { useEffect, useRef, useState } from "react";
import { TextField } from "./field";

const REST_MS = 250;

export function SearchField({ value, onSearch, label, placeholder, className }: {
  value: string;
  onSearch: (text: string) => void;
  label: string;
  placeholder?: string;
  className?: string;
}) {
  const [text, setText] = useState(value);
  const [told, setTold] = useState(value);
  const [said, setSaid] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  if (told !== value) {
    setTold(value);
    if (value !== said) setText(value);
    setSaid(value);
  }
  useEffect(() => () => { clearTimeout(timer.current); }, []);

  function say(next: string) {
    clearTimeout(timer.current);
    setSaid(next.trim());
    onSearch(next.trim());
  }
  return (
    <TextField
      quiet
      type="search"
      label={label}
      placeholder={placeholder}
      className={className}
      value={text}
      onChange={({ target }) => {
        const next = target.value;
        setText(next);
        clearTimeout(timer.current);
        timer.current = setTimeout(() => { say(next); }, REST_MS);
      }}
      onKeyDown={(event) => {
        if (event.key === "Enter") say(text);
      }}
    />
  );
}
