/** What was measured of a device: itself, and one of its interfaces. */
import { useQueries } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { get } from "@/api/query";
import { TimeChart } from "@/ui/chart";
import { SelectField } from "@/ui/field";
import { useUrlState } from "@/ui/hooks";
import { visible } from "@/ui/name";
import { Panel } from "@/ui/page";
import { Failure } from "@/ui/states";
import { useNow } from "@/ui/time";
import type { Device } from "./differences";
import { charted, type Line } from "./history";

const SPANS = [
  { value: "1", label: "Last hour" },
  { value: "6", label: "Last 6 hours" },
  { value: "24", label: "Last 24 hours" },
  { value: "168", label: "Last 7 days" },
  { value: "720", label: "Last 30 days" },
];
const AGAIN_MS = 30_000;
const MINUTE_MS = 60_000;

interface Wanted {
  label: string;
  metric: string;
}

export function DeviceCharts({ device, end }: { device: Device; end: string | undefined }) {
  const [{ span = "6", port }, setSearch] = useUrlState();
  const now = useNow();
  const until = Math.ceil((end === undefined ? now : new Date(end).getTime()) / MINUTE_MS) * MINUTE_MS;
  const from = until - Number(span) * 60 * MINUTE_MS;
  const up = [...device.interfaces].sort((one, other) => Number(other.oper_status === "up") - Number(one.oper_status === "up"));
  const chosen = port ?? up.find(({ alias, oper_status }) => alias && oper_status === "up")?.name ?? up[0]?.name;
  const shared = { device: device.id, from, until, live: end === undefined };
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap gap-2">
        <SelectField quiet label="Time" className="w-36" options={SPANS} value={span} onChange={({ target }) => { setSearch({ span: target.value }); }} />
        <Link className="ml-auto self-center text-accent underline" to="/telemetry" search={{ device: device.id } as never}>All metrics</Link>
      </div>
      <div className="grid gap-4 xl:grid-cols-2">
        <Chart title="Processor" scale={[0, 100]} wanted={[{ label: "Processor", metric: "cpu_percent" }]} {...shared} />
        <Chart title="Memory" scale={[0, 100]} wanted={[{ label: "Memory", metric: "memory_percent" }]} {...shared} />
        <Chart title="Round trip" wanted={[{ label: "Round trip", metric: "icmp_rtt_ms" }]} {...shared} />
        <Chart title="Lost echoes" scale={[0, 100]} wanted={[{ label: "Lost", metric: "icmp_loss_percent" }]} {...shared} />
      </div>
      {chosen !== undefined && (
        <Panel
          title="Traffic"
          actions={<SelectField quiet label="Interface" className="w-56" options={up.map(({ name, alias }) => ({ value: name, label: visible(alias ? `${name}: ${alias}` : name).slice(0, 60) }))} value={chosen} onChange={({ target }) => { setSearch({ port: target.value }); }} />}
        >
          <Lines label={`Traffic of ${visible(chosen)}`} port={chosen} wanted={[{ label: "in", metric: "if_in_bps" }, { label: "out", metric: "if_out_bps" }]} height={220} {...shared} />
        </Panel>
      )}
    </div>
  );
}

interface LinesProps {
  device: string;
  from: number;
  until: number;
  live: boolean;
  wanted: readonly Wanted[];
  port?: string;
  scale?: readonly [number, number];
  height?: number;
  label: string;
}

function Chart({ title, ...rest }: { title: string } & Omit<LinesProps, "label">) {
  return (
    <Panel title={title}>
      <Lines label={title} {...rest} />
    </Panel>
  );
}

function Lines({ device, from, until, live, wanted, port, scale, height = 160, label }: LinesProps) {
  const asked = { from: new Date(from).toISOString(), to: new Date(until).toISOString(), ...(port !== undefined && { interface: [port] }) };
  const reads = useQueries({
    queries: wanted.map(({ metric }) => ({
      ...get("/api/v1/telemetry/history/{device}", { path: { device }, query: { metric, ...asked } }),
      ...(live && { refetchInterval: AGAIN_MS }),
      placeholderData: (before: unknown) => before as never,
    })),
  });
  const failed = reads.find(({ isError, data }) => isError && data === undefined);
  if (failed) return <Failure compact error={failed.error} retry={() => { for (const read of reads) void read.refetch(); }} />;
  if (reads.some(({ data }) => data === undefined)) return <div role="status" aria-label="Loading" className="animate-pulse rounded bg-sunken" style={{ height: height + 20 }} />;
  const lines: Line[] = wanted.map(({ label: name }, index) => ({ label: name, points: reads[index]?.data?.items[0]?.points ?? [] }));
  const { times, series } = charted(lines);
  return <TimeChart label={label} times={times} series={series} metric={wanted[0]?.metric ?? ""} height={height} span={[from / 1000, until / 1000]} scale={scale} />;
}
