-- Versions of agents and of prompts' templates, and variants of feature flags, are watched like other settings of a route.
alter table route_facet drop constraint route_facet_facet_check;
alter table route_facet add constraint route_facet_facet_check
  check (facet in ('model', 'inference', 'prompts', 'tools', 'agent', 'promptTemplates', 'flags'));
