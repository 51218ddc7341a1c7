/** Replays the recording of a session, at the speed that one likes. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Download, Pause, Play, RotateCcw } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import { answered, client } from "@/api/client";
import { get } from "@/api/query";
import { Button } from "@/ui/button";
import { download } from "@/ui/csv";
import { SelectField } from "@/ui/field";
import { usePathParam } from "@/ui/hooks";
import { Page, ProgressBar, useTitle } from "@/ui/page";
import { Message, QueryState, Skeleton } from "@/ui/states";
import { Terminal, type TerminalHandle } from "@/ui/terminal";
import { formatTime } from "@/ui/time";
import { duration } from "@/ui/units";
import { length, parsed, shortened, shownUntil, type Cast } from "./cast";

const LONGEST_PAUSE_S = 2;
const FRAME_MS = 50;
const SPEEDS = ["1", "2", "4", "16"].map((value) => ({ value, label: `${value} ×` }));

export default function RecordingPage() {
  const id = usePathParam("id");
  useTitle("Recording of a terminal");
  const session = useQuery(get("/api/v1/terminals/{session}", { path: { session: id } }));
  const recording = useQuery({
    queryKey: ["recording", id],
    queryFn: ({ signal }) => answered(client.GET("/api/v1/terminals/{session}/recording", { params: { path: { session: id } }, parseAs: "text", signal })),
    enabled: session.isSuccess,
    staleTime: Infinity,
    retry: false,
  });
  return (
    <QueryState query={session} skeleton={<Skeleton lines={10} className="p-5" />}>
      {({ device_id, state }) => (
        <Page
          wide
          title="Recording of a terminal"
          subtitle={<Link className="text-accent underline" to={`/devices/${device_id}/terminal` as never}>the device’s terminal</Link>}
          actions={recording.data !== undefined && <Button icon={Download} onClick={() => { download(`terminal-${id}.cast`, String(recording.data), "application/x-asciicast"); }}>asciicast</Button>}
        >
          {state === "open" && <p role="status" className="text-sm text-muted">The session is still open: what was shown until now.</p>}
          <QueryState query={recording}>{(text) => <Replay text={String(text)} />}</QueryState>
        </Page>
      )}
    </QueryState>
  );
}

function Replay({ text }: { text: string }) {
  const cast = useMemo((): Cast | null => {
    try {
      return parsed(text);
    } catch {
      return null;
    }
  }, [text]);
  return cast ? <Player cast={cast} /> : <Message title="This recording cannot be read">It is no asciicast.</Message>;
}

function Player({ cast }: { cast: Cast }) {
  const events = useMemo(() => shortened(cast.events, LONGEST_PAUSE_S), [cast]);
  const whole = length(events);
  const [screen, setScreen] = useState<TerminalHandle | null>(null);
  const [playing, setPlaying] = useState(true);
  const [speed, setSpeed] = useState("1");
  const [at, setAt] = useState(0);
  const place = useRef({ at: 0, next: 0 });

  useEffect(() => {
    if (!playing || !screen) return;
    const timer = setInterval(() => {
      const now = place.current.at + (FRAME_MS / 1000) * Number(speed);
      const { text, next } = shownUntil(events, place.current.next, now);
      if (text) screen.write(text);
      place.current = { at: now, next };
      setAt(Math.min(now, whole));
      if (next >= events.length) setPlaying(false);
    }, FRAME_MS);
    return () => { clearInterval(timer); };
  }, [playing, screen, speed, events, whole]);

  function again() {
    screen?.write("\u001bc");
    place.current = { at: 0, next: 0 };
    setAt(0);
    setPlaying(true);
  }
  const ended = at >= whole;
  return (
    <section aria-label="Recording" className="flex flex-col gap-2">
      <p className="text-sm text-muted"><bdi>{cast.title}</bdi>, {formatTime(cast.at * 1000)}, {duration(length(cast.events))}; pauses of more than {LONGEST_PAUSE_S} s are cut.</p>
      <div className="flex flex-wrap items-center gap-2">
        {ended ? <Button icon={RotateCcw} onClick={again}>Again</Button> : <Button icon={playing ? Pause : Play} onClick={() => { setPlaying(!playing); }}>{playing ? "Pause" : "Play"}</Button>}
        <SelectField quiet label="Speed" className="w-20" options={SPEEDS} value={speed} onChange={({ target }) => { setSpeed(target.value); }} />
        <div className="min-w-40 flex-1"><ProgressBar label="Played" value={whole ? at / whole : 1} /></div>
      </div>
      <Terminal label="What was shown" className="h-[max(20rem,calc(100dvh-16rem))]" onReady={setScreen} />
    </section>
  );
}
