/** Invented people for the simulator: nobody of these names is meant. Test harness. */
import { newId } from "../core/ids";
import { SimServer, type SimUser } from "./server";

export interface Seeded {
  server: SimServer;
  cell: string;
  unit: string;
  users: SimUser[];
}

/** A small repeatable generator (mulberry32). */
export function randomOf(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const FAMILY = ["Lâm", "Sơn", "Thạch", "Danh", "Kim", "Trần", "Nguyễn", "Lê", "Huỳnh", "Lý", "Đặng", "Võ", "Phan", "Trịnh"];
const MIDDLE = ["Văn", "Thị", "Hữu", "Ngọc", "Minh", "Thanh", "Sa", "Thành", "Kim", "Hoàng"];
const GIVEN = ["Sương", "Hiền", "Đèo", "Phượng", "Út", "Bé", "Tư", "Rinh", "Sóc", "Lành", "Thủy", "Được", "Nhanh", "Mừng", "Ươl", "Đẹp", "Sáu", "Xuân"];
const CLUSTERS = ["Kênh Mười Thước", "Rạch Bà Sẩm", "Đường đal Chùa", "Tổ tự quản 4", "Bờ kênh Sáu Quế"];

export const SERVICES = [
  ["vneid", "id", "Định danh điện tử VNeID", "អត្តសញ្ញាណអេឡិចត្រូនិក VNeID", "Digital identity VNeID"],
  ["dich_vu_cong", "form", "Dịch vụ công trực tuyến", "សេវាសាធារណៈអនឡាញ", "Online public services"],
  ["thanh_toan", "pay", "Thanh toán không dùng tiền mặt, ví điện tử", "ការទូទាត់មិនប្រើសាច់ប្រាក់", "Cashless payment and e-wallets"],
  ["dien_thoai", "phone", "Sử dụng điện thoại thông minh", "ការប្រើទូរសព្ទឆ្លាត", "Using a smartphone"],
  ["cong_dan_soc_trang", "people", "Công dân Sóc Trăng", "ពលរដ្ឋសុកត្រាំង", "Công dân Sóc Trăng app"],
  ["zalo_oa", "news", "Zalo OA Sóc Trăng", "Zalo OA សុកត្រាំង", "Zalo official account Sóc Trăng"],
  ["stv", "tv", "Ứng dụng truyền hình STV", "កម្មវិធីទូរទស្សន៍ STV", "STV television app"],
  ["san_tmdt", "shop", "Sàn thương mại điện tử", "ផ្សារអេឡិចត្រូនិក", "E-commerce marketplaces"],
] as const;

const STAGES = [
  { code: "told", names: { vi: "Đã giới thiệu", km: "បានណែនាំ", en: "Told" }, counts: false },
  { code: "set_up", names: { vi: "Đã cài đặt", km: "បានដំឡើង", en: "Set up" }, counts: true },
  { code: "with_help", names: { vi: "Làm được khi có người giúp", km: "ធ្វើបានពេលមានគេជួយ", en: "Uses with help" }, counts: true },
  { code: "alone", names: { vi: "Tự làm được", km: "ធ្វើបានដោយខ្លួនឯង", en: "Uses alone" }, counts: true },
];

export function seed(households = 6, people = 3, now: () => number = Date.now): Seeded {
  const server = new SimServer();
  server.now = now;
  const random = randomOf(20241001);
  const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)]!;
  const name = () => `${pick(FAMILY)} ${pick(MIDDLE)} ${pick(GIVEN)}`;
  const cell = newId();
  const unit = newId();
  const cellStream = server.stream(`cell:${cell}`);
  cellStream.name = "Trường Thành B";
  server.stream(`unit:${unit}`).name = "Ấp Trường Thành B";
  SERVICES.forEach(([code, icon, vi, km, en], rank) => {
    server.write("common", "services", { id: newId(), code, icon, names: { vi, km, en }, stages: STAGES, starts: "2022-01-01", rank });
  });
  const services = Object.keys(server.stream("common").rows.services!);
  const users: SimUser[] = [
    { id: newId(), name: "Trần Thị Mừng", username: "thanhvien1", password: "demo-to-so", code: "111111", cells: [cell], unit },
    { id: newId(), name: "Sơn Hoàng Được", username: "thanhvien2", password: "demo-to-so", code: "222222", cells: [cell], unit },
  ];
  server.users = users;
  const team = newId();
  server.write(`unit:${unit}`, "teams", { id: team, name: "Tổ CNSCĐ ấp Trường Thành B", unit, state: "active" });
  for (const user of users) {
    server.write(`unit:${unit}`, "members", { id: user.id, team, name: user.name, role: "member" });
    server.stream(`user:${user.id}`);
  }
  for (const one of ["Lý Minh Sáu", "Thạch Thị Ươl"]) server.write(`unit:${unit}`, "members", { id: newId(), team, name: one, role: "member" });
  const day = (back: number) => new Date(now() - back * 86_400_000).toISOString().slice(0, 10);
  for (let at = 0; at < households; at++) {
    const id = newId();
    const label = `Hộ ${random() < 0.5 ? "ông" : "bà"} ${name()}`;
    server.write(`cell:${cell}`, "households", {
      id, label, people: people ? 1 + Math.floor(random() * 5) : null, cluster: pick(CLUSTERS), zalo_news: random() < 0.3 ? null : random() < 0.6,
      lang_screen: random() < 0.3 ? "km" : "vi", lang_listen: random() < 0.4 ? "km" : "vi", lang_read: "vi",
    });
    const residents: string[] = [];
    for (let one = 0; one < people; one++) {
      const person = newId();
      residents.push(person);
      server.write(`cell:${cell}`, "residents", { id: person, household: id, name: name(), birth_year: 1945 + Math.floor(random() * 65) });
    }
    if (random() < 0.55) {
      const on = day(1 + Math.floor(random() * 60));
      const outcome = random() < 0.7 ? "met" : random() < 0.5 ? "absent" : "come_back";
      const who = residents[0];
      const service = pick(services);
      const visit = newId();
      const follow = outcome === "come_back" || random() < 0.1 ? day(Math.floor(random() * 8) - 4) : null;
      const assists = outcome === "met" && who ? [[who, service, "set_up", "done"]] : [];
      server.write(`cell:${cell}`, "visits", { id: visit, household: id, on, outcome, by: users[1]!.id, assists, follow_up_on: follow, state: "ok" });
      server.write(`cell:${cell}`, "calls", { id, last_on: on, last_outcome: outcome, follow_up_on: follow, visits: 1 });
      if (assists.length) server.write(`cell:${cell}`, "progress", { id: who!, stages: { [service]: ["set_up", on] } });
    }
  }
  return { server, cell, unit, users };
}
