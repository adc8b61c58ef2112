curl https://gpt-image-2.art/api/v1/images/tasks/8f6d9f87-1b3f-4f89-bdfb-3df8e77b7af3 \
-H "Authorization: Bearer $GPT_IMAGE_2_API_KEY"
