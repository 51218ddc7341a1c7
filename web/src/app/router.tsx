/** All pages of all features, each in a chunk of its own. */
import { createRootRoute, createRoute, createRouter, Outlet, redirect, type AnyRoute } from "@tanstack/react-router";
import { FileQuestion } from "lucide-react";
import { useEffect, useState, type ComponentType } from "react";
import { useCan } from "@/api/session";
import { Failure, Message, Skeleton } from "@/ui/states";
import { ApiError } from "@/api/errors";
import { useTitle } from "@/ui/page";
import { features, type FeatureRoute } from "./feature";
import { Frame } from "./frame";

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound });
const frame = createRoute({ getParentRoute: () => root, id: "frame", component: Frame });
const home = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/dashboard", replace: true });
  },
});

/** A page's chunk: fetched once, but again after a failure; `now` is the page where it is here already. */
function chunkOf(page: FeatureRoute["page"]) {
  const chunk = { now: null as ComponentType | null, load };
  let loading: Promise<ComponentType> | null = null;
  function load(): Promise<ComponentType> {
    loading ??= page().then(
      (loaded) => (chunk.now = loaded.default),
      (error: unknown) => {
        loading = null;
        throw error;
      },
    );
    return loading;
  }
  return chunk;
}

type Chunk = ReturnType<typeof chunkOf>;

function pageOf({ role, title, bare }: FeatureRoute, chunk: Chunk) {
  // no React.lazy: what it shows in the meantime stays for 300 ms at least, also where the chunk is here
  function Titled() {
    useTitle(title);
    const [Shown, setShown] = useState(() => chunk.now);
    const [failure, setFailure] = useState<Error | null>(null);
    useEffect(() => {
      if (!Shown) chunk.load().then((loaded) => { setShown(() => loaded); }, (error: unknown) => { setFailure(error instanceof Error ? error : new Error(String(error))); });
    }, [Shown]);
    if (failure) throw failure;
    return Shown ? <Shown /> : <Skeleton lines={8} className="p-5" />;
  }
  function Guarded() {
    const can = useCan();
    if (role && !can(role)) return <Failure error={new ApiError(403, "FORBIDDEN", `This page is for the role ${role}.`)} />;
    return <Titled />;
  }
  return bare ? Titled : Guarded;
}

function routeOf(parent: AnyRoute, route: FeatureRoute) {
  const chunk = chunkOf(route.page);
  return createRoute({
    getParentRoute: () => parent,
    path: route.path,
    component: pageOf(route, chunk),
    loader: () => {
      void chunk.load().catch(() => undefined); // fetched when the link is pointed at; a failure shows when it is drawn
    },
  });
}

const all = features.flatMap((feature) => feature.routes);
const bare = all.filter((route) => route.bare).map((route) => routeOf(root, route));
const framed = all.filter((route) => !route.bare).map((route) => routeOf(frame, route));

export function newRouter() {
  return createRouter({
    routeTree: root.addChildren([home, ...bare, frame.addChildren(framed)]),
    defaultPreload: "intent",
    defaultPendingComponent: () => <Skeleton lines={8} className="p-5" />,
    defaultErrorComponent: ({ error, reset }) => <PageError error={error} reset={reset} />,
    scrollRestoration: true,
    // filters are plain words: ?status=down, not ?status=%22down%22
    parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
    stringifySearch: (search) => {
      const entries = Object.entries(search as Record<string, unknown>).filter(([, value]) => value !== undefined && value !== "");
      const text = new URLSearchParams(entries.map(([key, value]) => [key, String(value)])).toString();
      return text ? `?${text}` : "";
    },
  });
}

function NotFound() {
  useTitle("Not found");
  return (
    <Message icon={FileQuestion} title="No such page" as="h1" action={<a className="text-accent underline" href="/dashboard">To the dashboard</a>}>
      The address may be mistyped, or from another version.
    </Message>
  );
}

const STALE_CHUNK = /dynamically imported module|module script failed|Importing a module/i;
const RELOADED = "netledger.reloaded_at";

/** A page whose chunk is gone comes from before an update: the new version is loaded, once. */
function PageError({ error, reset }: { error: unknown; reset: () => void }) {
  const old = error instanceof Error && STALE_CHUNK.test(error.message);
  useEffect(() => {
    if (!old || Date.now() - Number(sessionStorage.getItem(RELOADED)) < 30_000) return;
    sessionStorage.setItem(RELOADED, String(Date.now()));
    location.reload();
  }, [old]);
  return <Failure error={error} retry={reset} />;
}
