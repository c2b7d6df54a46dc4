import { computed, signal } from "@preact/signals";
import type { JSX } from "preact";
import { sortKey } from "../../core/text";
import type { Call, Household } from "../../sync/tables";
import { Icon } from "../../ui/icons";
import { language, number, shortDay, t } from "../../ui/i18n";
import { Empty, PendingMark } from "../../ui/parts";
import { path } from "../../ui/route";
import { Windowed } from "../../ui/window";
import { peopleOf, searchable, session, tables, todayIso } from "../common/app";
import { News } from "../common/news";
import { Screen } from "../common/shell";

type Filter = "all" | "not_visited" | "come_back";
const query = signal("");
const filter = signal<Filter>("all");
const cluster = signal("");

interface Line { home: Household; call: Call | undefined; people: string[]; text: string; key: string }

const sortKeys = new Map<string, string>();
function order(text: string): string {
  let known = sortKeys.get(text);
  if (known === undefined) sortKeys.set(text, (known = sortKey(text.replace(/^Hộ (?:ông|bà|anh|chị|cô|chú) /i, ""))));
  return known;
}

const lines = computed<Line[]>(() => {
  const { households, calls } = tables.value;
  const found: Line[] = [];
  for (const home of households.values()) {
    const people = (peopleOf.value.get(home.id) ?? []).map((one) => one.name);
    const text = [home.label, ...people].map(searchable).join(" | ");
    found.push({ home, call: calls.get(home.id), people, text, key: `${searchable(home.cluster || "~")} ${order(home.label)}` });
  }
  return found.sort((a, b) => (a.key < b.key ? -1 : 1));
});

const clusters = computed(() => {
  const names = new Map<string, number>();
  for (const { home } of lines.value) if (home.cluster) names.set(home.cluster, (names.get(home.cluster) ?? 0) + 1);
  return [...names].sort((a, b) => (sortKey(a[0]) < sortKey(b[0]) ? -1 : 1));
});

export const notVisited = (call: Call | undefined): boolean => !call || !call.visits;
const followUp = (call: Call | undefined): boolean => !!call?.follow_up_on;

const inCluster = computed(() => (cluster.value ? lines.value.filter(({ home }) => home.cluster === cluster.value) : lines.value));
const totals = computed(() => ({
  all: inCluster.value.length,
  not_visited: inCluster.value.filter(({ call }) => notVisited(call)).length,
  come_back: inCluster.value.filter(({ call }) => followUp(call)).length,
}));

const shown = computed(() => {
  let list = inCluster.value;
  if (filter.value === "not_visited") list = list.filter(({ call }) => notVisited(call));
  if (filter.value === "come_back") {
    list = list.filter(({ call }) => followUp(call)).sort((a, b) => (a.call!.follow_up_on! < b.call!.follow_up_on! ? -1 : 1));
  }
  const words = searchable(query.value).split(" ").filter(Boolean);
  return words.length ? list.filter(({ text }) => words.every((word) => text.includes(word))) : list;
});

export function HouseholdList(): JSX.Element {
  const cells = session.value?.cells.filter((cell) => cell.held) ?? [];
  const tall = language.value === "km" ? 108 : 96;
  return (
    <Screen title={cells.map((cell) => cell.name).join(", ") || t("households.title")} sub={t("households.sub", { n: number(lines.value.length) })} tabs>
      <div class="finder">
        <label class="search">
          <Icon name="search" />
          <input type="search" inputMode="search" autocomplete="off" placeholder={t("households.search")} aria-label={t("households.search")}
            value={query.value} onInput={(event) => { query.value = event.currentTarget.value; }} data-testid="search" />
          {query.value && <button type="button" aria-label={t("do.clear")} onClick={() => { query.value = ""; }}><Icon name="close" size={20} /></button>}
        </label>
        <div class="segments" role="group" aria-label={t("households.filter")}>
          {(["all", "not_visited", "come_back"] as const).map((name) => (
            <button type="button" key={name} class={`segment${filter.value === name ? " chosen" : ""}`} aria-pressed={filter.value === name}
              onClick={() => { filter.value = name; }} data-testid={`filter-${name}`}>
              <b>{filter.value === name && <Icon name="check" size={18} />}{number(totals.value[name])}</b>
              <span>{t(`households.filter_${name}`)}</span>
            </button>
          ))}
        </div>
        {clusters.value.length > 1 && (
          <label class="cluster">
            <Icon name="pin" size={22} />
            <select aria-label={t("households.cluster")} value={cluster.value} onChange={(event) => { cluster.value = event.currentTarget.value; }}>
              <option value="">{t("households.every_cluster")}</option>
              {clusters.value.map(([name, n]) => <option key={name} value={name}>{`${name} (${n})`}</option>)}
            </select>
          </label>
        )}
      </div>
      <News />
      {shown.value.length
        ? <Windowed items={shown.value} height={tall} label={t("households.title")} row={(line) => <HouseholdRow line={line} />} />
        : <Empty icon="search">{t(lines.value.length ? "households.none_found" : "households.none")}</Empty>}
      <a class="add" href={path("household", "new")} aria-label={t("households.add")} data-testid="add-household"><Icon name="plus" size={28} /><span>{t("households.add")}</span></a>
    </Screen>
  );
}

/** Picture, word and day of the last call; the shape alone tells it apart. */
export function callWords(call: Call | undefined): { icon: string; tone: string; words: string } {
  if (notVisited(call)) return { icon: "not_visited", tone: "open", words: t("call.not_visited") };
  if (call!.follow_up_on) {
    const due = call!.follow_up_on <= todayIso();
    return { icon: "come_back", tone: due ? "due" : "later", words: t(due ? "call.due" : "call.later", { day: shortDay(call!.follow_up_on) }) };
  }
  const outcome = call!.last_outcome ?? "met";
  const tone = outcome === "met" ? "met" : "other";
  return { icon: outcome, tone, words: call!.last_on ? t(`call.${outcome}`, { day: shortDay(call!.last_on) }) : t(`outcome.${outcome}`) };
}

function HouseholdRow({ line: { home, call, people } }: { line: Line }): JSX.Element {
  const { icon, tone, words } = callWords(call);
  const needle = searchable(query.value);
  const found = needle ? people.find((name) => searchable(name).includes(needle)) : undefined;
  return (
    <a class={`row ${tone}`} href={path("household", home.id)} data-testid="household-row">
      <span class="state"><Icon name={icon} size={26} /></span>
      <span class="what">
        <b>{home.label}</b>
        <small>{found ?? [home.people !== null ? t("households.people", { n: home.people }) : null, home.cluster].filter(Boolean).join(" · ")}</small>
        <small class="call">{words} <PendingMark pending={call?.pending ?? home.pending} /></small>
      </span>
      <Icon name="next" size={22} />
    </a>
  );
}
