/** Invented names of people, streets and communities. */
import type { Random } from '../random.ts';

const surnames = [
  ...'王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文',
];
const given = [...'伟芳娜敏静丽强磊洋艳勇军杰娟涛明超霞平刚辉玲桂英建华文博宇航佳琪雨欣浩然思远子涵晓岚志远海燕春梅秋实立群永康安宁国栋俊峰雪松红梅玉兰清源一鸣启明若川知行'];

/** `count` different names of people. */
export function people(random: Random, count: number): string[] {
  const names = new Set<string>();
  while (names.size < count) names.add(random.pick(surnames) + random.pick(given) + (random.chance(0.72) ? random.pick(given) : ''));
  return [...names];
}

const first = [...'青云临北石文新明安永和清长景瑞华启东南西金玉柳梅桃槐松竹桂荷枫杏春秋晨曦福德仁义礼信康泰丰盛兴隆学育光星月泉溪河湖塘桥'];
const second = [...'禾溪水坪桥昌华远宁康平源兴盛园苑林山岭泉湾岸台塔门堤田圃庄坊井铺营屯寨楼阁亭庭光辉明秀翠锦绣和顺达通'];

/** Words of two characters that differ from each other and from `taken`. */
export function words(random: Random, count: number, taken: readonly string[] = []): string[] {
  const out = new Set<string>();
  while (out.size < count) {
    const word = random.pick(first) + random.pick(second);
    if (word[0] !== word[1] && !taken.includes(word)) out.add(word);
  }
  return [...out];
}

/** Main roads by the lattice's lines, from the river or the middle outwards: −4, −1, 1, 4 …; and −12, −9 … 12. */
export const mainNorth: Readonly<Record<number, string>> = {
  [-13]: '西环路',
  [-10]: '岭西路',
  [-7]: '工农路',
  [-4]: '文化路',
  [-1]: '滨河西路',
  1: '滨河路',
  4: '新华路',
  7: '育才路',
  10: '站前路',
  13: '东环路',
  16: '云岭路',
};
export const mainEast: Readonly<Record<number, string>> = {
  [-12]: '南环路',
  [-9]: '石桥大街',
  [-6]: '临水街',
  [-3]: '和平大街',
  0: '建设大街',
  3: '云溪大街',
  6: '迎宾大街',
  9: '北坪街',
  12: '北环路',
};
/** Taken by main roads, schools, sub-districts. */
export const takenWords = ['滨河', '新华', '文化', '工农', '建设', '云溪', '北坪', '临水', '石桥', '和平', '青禾', '文昌', '启明', '云岭', '育才'];
