curl -X POST https://apimodels.app/api/v1/images/generations \
-H "Authorization: Bearer YOUR_API_KEY" \
-H "Content-Type: application/json" \
-d '{
"model": "gpt-image-2-beta",
"prompt": "A cinematic night-city poster with neon reflections on a rainy street",
"aspect_ratio": "16:9"
}'
