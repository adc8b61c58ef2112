-- Whether what is made for an account carries the label that GB 45438-2025 asks for; null is as the setting says.
-- Few accounts have one of their own, and every node knows them all.
alter table account add column aigc_label boolean;
