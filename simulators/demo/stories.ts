/** The cases that fill the boards of the demo: what was found, where, and how far people have come with it. */
import type { Device, District } from '../district/district.ts';
import type { Random } from '../random.ts';
import { riversideCovers } from './incidents.ts';
import type { Act } from './people.ts';

export interface Story {
  id: string;
  device: Device;
  /** What the person who found it wrote. */
  text: string;
  /** Acts in order; a photo is taken where one belongs. */
  acts: readonly Act[];
  /** What the handler writes when it is done. */
  done: string;
}

const to = {
  reported: [],
  registered: ['register'],
  returned: ['register', 'dispatch', 'return'],
  dispatched: ['register', 'dispatch'],
  handling: ['register', 'dispatch', 'accept'],
  feedback: ['register', 'dispatch', 'accept', 'feedback'],
  checking: ['register', 'dispatch', 'accept', 'feedback', 'check'],
  reworking: ['register', 'dispatch', 'accept', 'feedback', 'check', 'rework'],
  closed: ['register', 'dispatch', 'accept', 'feedback', 'check', 'pass', 'close'],
  'closed after rework': ['register', 'dispatch', 'accept', 'feedback', 'check', 'rework', 'feedback', 'check', 'pass', 'close'],
  void: ['void'],
} as const satisfies Record<string, readonly Act[]>;

type Line = readonly [classes: readonly string[], text: string, done: string, stage: keyof typeof to];
const drains = ['0102', '0103'];
const telecom = ['0107', '0108', '0109', '2121', '2122'];

const lines: readonly Line[] = [
  [drains, '井盖边缘破损，缺口约 10 cm，过车有响声', '', 'reported'],
  [['0104'], '箅子被落叶堵塞，雨后积水', '', 'reported'],
  [['0118'], '路灯不亮，路口较暗', '', 'reported'],
  [telecom, '通讯井盖下沉约 3 cm', '', 'registered'],
  [['0111'], '燃气井盖翘起，有绊倒风险', '', 'registered'],
  [['0136'], '镜头上蒙了塑料袋，看不清路口', '', 'registered'],
  [['0118'], '路灯白天常亮', '', 'returned'],
  [['0105'], '电力井盖松动，行人踩踏翻动', '', 'dispatched'],
  [['0110'], '热力井盖缺失，已放锥桶', '', 'dispatched'],
  [['0101'], '上水井盖沉降，路面有裂缝', '', 'dispatched'],
  [['0104'], '箅子缺一块，自行车道上', '', 'dispatched'],
  [['0118'], '路灯忽明忽暗', '', 'dispatched'],
  [['2125', '2120'], '绿化井盖被泥土掩埋', '', 'dispatched'],
  [drains, '井盖移位约 20 cm', '', 'handling'],
  [['0102'], '污水井盖被压碎，需整体更换', '', 'handling'],
  [['0101'], '阀门井盖螺栓缺失', '', 'handling'],
  [['0118'], '灯罩脱落，垂在灯杆外', '', 'handling'],
  [telecom, '通信井盖板断裂', '', 'handling'],
  [['0111'], '燃气井盖周边路面塌陷', '', 'handling'],
  [['0104'], '箅子变形，车轮卡入', '', 'handling'],
  [drains, '井盖异响，居民反映夜间扰民', '已加装防响胶圈', 'reworking'],
  [drains, '井盖与路面高差 4 cm', '已调平井圈', 'feedback'],
  [['0104'], '箅子下淤积，排水慢', '已清淤', 'feedback'],
  [['0118'], '路灯光源衰减', '已换 LED 光源', 'feedback'],
  [['0109', '2123'], '网络井盖标识与权属不符', '已更换井盖', 'feedback'],
  [['0103'], '雨水井盖丢失', '已补装井盖，加防盗链', 'checking'],
  [['0118'], '连续两盏路灯不亮', '已更换镇流器', 'checking'],
  [['0101'], '上水井盖渗水', '已更换密封圈', 'checking'],
  [['0104'], '箅子翘起', '已焊接固定', 'checking'],
  [drains, '井盖倾斜，边缘露空', '井盖复位，更换防沉降井圈并重新密封', 'closed'],
  [['0102'], '井盖破裂', '已更换同型号井盖', 'closed'],
  [['0104'], '箅子堵塞', '已清理落叶与垃圾', 'closed'],
  [['0118'], '灯具不亮', '已更换灯具', 'closed'],
  [telecom, '井盖松动', '已加固', 'closed'],
  [['0103'], '井圈破损', '已重做井圈', 'closed after rework'],
  [drains, '疑似井盖缺失（实为施工围挡内）', '', 'void'],
];

/** Each story at a device of its own; the same for the same seed, whatever happens meanwhile, since a start that was cut short goes on with them. */
export function tellStories(district: District, random: Random): Story[] {
  const used = new Set(riversideCovers(district).map(({ id }) => id));
  return lines.map(([classes, text, done, stage], k) => {
    const fit = district.devices.filter((device) => device.lifecycle === 'in service' && device.site === null && classes.includes(device.class.code) && !used.has(device.id));
    const device = random.pick(fit);
    used.add(device.id);
    return { id: `story-${String(k + 1).padStart(2, '0')}`, device, text, acts: to[stage], done };
  });
}
