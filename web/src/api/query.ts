/** Reads and commands as TanStack Query wants them: keyed by path and parameters, so that live events know what became old. */
import {
  QueryClient,
  infiniteQueryOptions,
  queryOptions,
  useMutation,
  type UseMutationOptions,
} from "@tanstack/react-query";
import type { ClientPathsWithMethod, FetchOptions, MethodResponse } from "openapi-fetch";
import { toast } from "@/ui/toast-store";
import { answered, client, type paths } from "./client";
import { ApiError, messageOf } from "./errors";

export type GetPath = ClientPathsWithMethod<typeof client, "get">;
export type Answer<P extends GetPath> = MethodResponse<typeof client, "get", P>;

/** Parameters of a read, as the schema has them; checked where the path is known. */
export interface Params {
  path?: Record<string, string | number>;
  query?: Record<string, unknown>;
}

type ParamsOf<P extends GetPath> = FetchOptions<paths[P]["get"]> extends { params?: infer Q }
  ? Omit<NonNullable<Q>, "header" | "cookie">
  : Params;

interface PageShape {
  items: unknown[];
  next_cursor?: string | null;
  total?: number | null;
}
export type ItemOf<P extends GetPath> = Answer<P> extends { items: (infer Row)[] } ? Row : never;

export function read<P extends GetPath>(path: P, params?: ParamsOf<P>, signal?: AbortSignal): Promise<Answer<P>> {
  // The client's own types want the literal path; here it is any of them.
  const get = client.GET as unknown as (
    path: string,
    init: unknown,
  ) => Promise<{ data?: Answer<P>; error?: unknown; response: Response }>;
  return answered(get(path, { params: cleaned(params as Params | undefined), signal }));
}

/** `useQuery(get("/api/v1/inventory/devices/{device}", { path: { device: id } }))` */
export function get<P extends GetPath>(path: P, params?: ParamsOf<P>) {
  return queryOptions({
    queryKey: [path, params ?? {}] as const,
    queryFn: ({ signal }) => read(path, params, signal),
  });
}

/** `useInfiniteQuery(pages("/api/v1/audit", { query: { type } }))`: a list by cursor. */
export function pages<P extends GetPath>(path: P, params?: ParamsOf<P>, limit = 100) {
  return infiniteQueryOptions({
    queryKey: [path, params ?? {}, "pages", limit] as const,
    queryFn: ({ signal, pageParam }) => {
      const { path: inPath, query } = (params ?? {}) as Params;
      const asked = { path: inPath, query: { ...query, limit, cursor: pageParam } } as unknown as ParamsOf<P>;
      return read(path, asked, signal);
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => (last as PageShape).next_cursor ?? undefined,
  });
}

/** Empty filters are no filters. */
function cleaned(params: Params | undefined): Params | undefined {
  if (!params?.query) return params;
  const kept = Object.entries(params.query).filter(([, value]) => value !== "" && value !== undefined && value !== null);
  return { ...params, query: Object.fromEntries(kept) };
}

type CommandOptions<Data, Variables> = Omit<UseMutationOptions<Data, Error, Variables>, "mutationFn"> & {
  /** Said when it is done. */
  done?: string | ((data: Data) => string);
};

/** A command: says what went wrong, and refreshes what is shown. `act` calls `answered(client.POST(...))`. */
export function useCommand<Data, Variables = void>(
  act: (variables: Variables) => Promise<Data>,
  { done, onSuccess, onError, ...options }: CommandOptions<Data, Variables> = {},
) {
  return useMutation<Data, Error, Variables>({
    ...options,
    mutationFn: act,
    onSuccess: (data, ...rest) => {
      if (done) toast({ tone: "ok", title: typeof done === "function" ? done(data) : done });
      return onSuccess?.(data, ...rest);
    },
    onError: (error, ...rest) => {
      toast({ tone: "bad", title: "Refused", detail: messageOf(error) });
      return onError?.(error, ...rest);
    },
    onSettled: (_data, _error, _variables, _result, { client: queries }) => queries.invalidateQueries(),
  });
}

export function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 15_000,
        gcTime: 5 * 60_000,
        retry: (failures, error) => error instanceof ApiError && error.passing && failures < 4,
        retryDelay: (failures, error) =>
          (error instanceof ApiError && error.retryAfterS ? error.retryAfterS * 1000 : 500 * 2 ** failures) +
          Math.random() * 250,
      },
      mutations: { retry: false },
    },
  });
}
