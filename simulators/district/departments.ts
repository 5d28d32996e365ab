/** The thirteen departments of the invented district. */
export interface Department {
  id: string;
  name: { zh: string; en: string };
}

export const departments: readonly Department[] = [
  { id: 'dept-housing', name: { zh: '住房和城乡建设局', en: 'Housing and Construction Bureau' } },
  { id: 'dept-water', name: { zh: '云溪水务局', en: 'Yunxi Water Bureau' } },
  { id: 'dept-drainage', name: { zh: '排水养护所', en: 'Drainage Depot' } },
  { id: 'dept-lighting', name: { zh: '亮化中心', en: 'Lighting Centre' } },
  { id: 'dept-power', name: { zh: '供电公司', en: 'Power Supply' } },
  { id: 'dept-gas', name: { zh: '燃气公司', en: 'Gas Company' } },
  { id: 'dept-heating', name: { zh: '热力公司', en: 'Heating Company' } },
  { id: 'dept-telecom', name: { zh: '通信管理处', en: 'Telecom Office' } },
  { id: 'dept-police', name: { zh: '公安分局', en: 'Public Security Bureau' } },
  { id: 'dept-education', name: { zh: '教育局', en: 'Education Bureau' } },
  { id: 'dept-transport', name: { zh: '交通运输局', en: 'Transport Bureau' } },
  { id: 'dept-parks', name: { zh: '园林环卫中心', en: 'Parks and Sanitation Centre' } },
  { id: 'dept-information', name: { zh: '信息中心', en: 'Information Centre' } },
];

/** Who is in charge of, owns and looks after a thing. */
export interface Charge {
  authority: string;
  owner: string;
  maintainer: string;
}
export const charge = (authority: string, owner: string, maintainer: string): Charge => ({
  authority: `dept-${authority}`,
  owner: `dept-${owner}`,
  maintainer: `dept-${maintainer}`,
});
