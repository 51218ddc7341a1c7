/** Asks before something is done, and why: the reason goes into the audit. `const ask = useAsk(); const answer = await ask({...})`. */
import { createContext, use, useCallback, useRef, useState, type FormEvent, type ReactNode } from "react";
import { Button } from "./button";
import { Dialog } from "./dialog";
import { TextArea } from "./field";

export interface Question {
  title: string;
  description?: ReactNode;
  /** On the button: the verb, as "Isolate". */
  confirm: string;
  danger?: boolean;
  /** A reason must be given; it may always be. */
  reasonRequired?: boolean;
  /** Shown under the description: what will happen. */
  preview?: ReactNode;
}
export interface Given {
  reason: string;
}

type Ask = (question: Question) => Promise<Given | null>;
const Asking = createContext<Ask | null>(null);

/** Resolves to null where the person thought better of it. */
export function useAsk(): Ask {
  const ask = use(Asking);
  if (!ask) throw new Error("nothing can be asked here");
  return ask;
}

export function AskProvider({ children }: { children: ReactNode }) {
  const [question, setQuestion] = useState<Question | null>(null);
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState("");
  const resolve = useRef<(given: Given | null) => void>(() => undefined);

  const ask = useCallback<Ask>((asked) => {
    resolve.current(null);
    setQuestion(asked);
    setReason("");
    setOpen(true);
    return new Promise((done) => {
      resolve.current = done;
    });
  }, []);

  function answer(given: Given | null) {
    setOpen(false);
    resolve.current(given);
  }
  function submit(event: FormEvent) {
    event.preventDefault();
    event.stopPropagation();
    answer({ reason: reason.trim() });
  }

  return (
    <Asking value={ask}>
      {children}
      <Dialog
        open={open}
        onOpenChange={(next) => {
          if (!next) answer(null);
        }}
        title={question?.title ?? ""}
        description={question?.description}
        footer={
          <>
            <Button onClick={() => { answer(null); }}>Keep as it is</Button>
            <Button type="submit" form="reason-form" tone={question?.danger ? "danger" : "primary"} disabled={question?.reasonRequired === true && !reason.trim()}>
              {question?.confirm}
            </Button>
          </>
        }
      >
        {question?.preview && <div className="mb-3">{question.preview}</div>}
        <form id="reason-form" onSubmit={submit}>
          <TextArea
            label={question?.reasonRequired ? "Reason" : "Reason (optional)"}
            hint="Kept in the audit with your name."
            maxLength={1000}
            autoFocus
            value={reason}
            onChange={(event) => { setReason(event.target.value); }}
            onKeyDown={(event) => {
              if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.currentTarget.form?.requestSubmit();
            }}
          />
        </form>
      </Dialog>
    </Asking>
  );
}
